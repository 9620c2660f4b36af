using System.CommandLine;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>What a command has at hand that acts on a server from elsewhere.</summary>
internal sealed record RemoteWork(ParseResult Parsed, RemoteApi Api, Output Output, CancellationToken Cancellation)
{
    private const int LongestPage = 500;

    public bool IsJson => Root.IsJson(Parsed);

    /// <summary>An argument or option of the command, by its name; null where it isn't given.</summary>
    public string? Text(string name) => Parsed.GetValue<string?>(name);

    /// <summary>The same as a part of a path.</summary>
    public string Part(string name) => Uri.EscapeDataString(Text(name)!);

    /// <summary>The <c>sub</c> of the person whom the command names.</summary>
    /// <exception cref="RemoteException">There is nobody of this name.</exception>
    public async Task<string> SubAsync(string name) =>
        await FindSubAsync(Text(name)!) ?? throw new RemoteException($"{(name.StartsWith('-') ? "user" : "username")}: '{Text(name)}' is not a user here");

    /// <summary>The <c>sub</c> of who has this user name; null where nobody has.</summary>
    public async Task<string?> FindSubAsync(string username)
    {
        var page = await Api.GetAsync($"/users?q={Uri.EscapeDataString(username)}&limit=1", Cancellation);
        var first = page["items"]!.AsArray().FirstOrDefault();
        return username.Equals((string?)first?["username"], StringComparison.OrdinalIgnoreCase) ? (string)first!["sub"]! : null;
    }

    /// <summary>A page of a list, by the options of every <c>list</c>; <c>--after</c> takes the cursor that the page before told.</summary>
    public async Task<int> ListAsync(string path, params string[] columns)
    {
        var items = new List<JsonObject>();
        var (most, cursor) = (Parsed.GetValue<int>("--limit"), Text("--after"));
        do
        {
            var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var page = await Api.GetAsync($"{path}{separator}limit={Math.Min(most - items.Count, LongestPage)}{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}", Cancellation);
            items.AddRange(ItemsOf(page));
            cursor = (string?)page["next_cursor"];
        }
        while (cursor is not null && items.Count < most);
        var shown = Output.List(items, columns);
        if (cursor is not null)
            Output.Remark($"There are more: --after {cursor}");
        return shown;
    }

    /// <summary>All of what comes whole.</summary>
    public async Task<int> AllAsync(string path, params string[] columns) =>
        Output.List(ItemsOf(await Api.GetAsync(path, Cancellation)), columns);

    /// <summary>What is on a page.</summary>
    public static IReadOnlyList<JsonObject> ItemsOf(JsonObject page) => [.. page["items"]!.AsArray().Select(item => item!.DeepClone().AsObject())];

    public async Task<int> ShowAsync(string path) => Output.Show(await Api.GetAsync(path, Cancellation));

    /// <summary>Makes something, and shows it.</summary>
    public async Task<int> MakeAsync(string path, JsonObject body) => Output.Show((await Api.SendAsync(HttpMethod.Post, path, body, null, Cancellation)).Document);

    /// <summary>Replaces something where nobody changed it since it was read, and shows it.</summary>
    public async Task<int> ReplaceAsync(HttpMethod method, string path, Func<JsonObject, JsonObject> change)
    {
        var (standing, version) = await Api.ReadAsync(path, Cancellation);
        return Output.Show((await Api.SendAsync(method, path, change(standing), version, Cancellation)).Document);
    }

    /// <summary>Does something, and says so.</summary>
    public async Task<int> DoAsync(HttpMethod method, string path, string sentence, JsonObject thing, JsonObject? body = null)
    {
        await Api.SendAsync(method, path, body, null, Cancellation);
        return Output.Say(sentence, thing);
    }

    /// <summary>Does something to a person, and shows the account as it then is.</summary>
    public async Task<int> ChangeAsync(HttpMethod method, Func<string, string> path, JsonObject? body = null)
    {
        var sub = await SubAsync("username");
        await Api.SendAsync(method, path(sub), body, null, Cancellation);
        return await ShowAsync($"/users/{sub}");
    }
}
