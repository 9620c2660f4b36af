using System.Net;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>One of the three faces of the operations, with the thing of its own to which a story happens by it.</summary>
internal sealed class Face(ThreeFaces? all, string name, string? folder = null)
{
    /// <summary>Names of a face that stands for any, for who only looks at what a story would say.</summary>
    public static Face Any { get; } = new(null, "any");

    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Such a one whose words can be said to a server: what a story learns of things is given to it, and its files are there.</summary>
    public static Face Saying(string folder) => new(null, "any", folder);

    /// <summary>Stands in the names of its things, and in nothing else.</summary>
    public string Name => name;

    public TestServer Server => all!.Server;

    /// <summary>As the audit has it.</summary>
    public string ActorKind => Name switch { "viacommand" => "Command", "viaapi" => "Client", _ => "Person" };

    /// <summary>What was learned of its thing: identifiers that the server chose.</summary>
    public IEnumerable<(string Value, string Key)> Known => _known.Select(pair => (pair.Value, pair.Key)).OrderByDescending(pair => pair.Value.Length);

    public string this[string key]
    {
        get => all is null ? _known.GetValueOrDefault(key, key) : _known[key];
        set => _known[key] = value;
    }

    /// <summary>The name of its thing of that noun.</summary>
    public string Of(string noun) => $"{noun}-{Name}";

    public void Forget() => _known.Clear();

    /// <summary>A file that a command reads.</summary>
    public string File(string content)
    {
        if ((all?.Folder ?? folder) is not { } place)
            return "file.json";
        var path = Path.Combine(place, $"{Of("file")}-{Directory.GetFiles(place).Length}.json");
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <summary>What a command ends with.</summary>
    public Task<CommandRun> RunAsync(params string[] words) => all!.RunAsync(words);

    /// <summary>A command that is done: its document.</summary>
    public async Task<JsonNode> DoneAsync(params string[] words)
    {
        var run = await RunAsync(words);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', words)}: {run.ExitCode} {run.StandardError}");
        return run.Json;
    }

    /// <summary>Asks the Admin API for an operation.</summary>
    public async Task<Endpoints.Answer> CallAsync(string operation, Call call)
    {
        var (named, body) = (new Dictionary<string, string>(call.Named ?? []), call.Body);
        if (call.ReadBy is not null)
        {
            var read = await all!.Api.CallAsync(call.ReadBy, call.Named, call.IsPlan ? call.Body : null);
            Assert.Equal(HttpStatusCode.OK, read.Status);
            named["If-Match"] = read.Message.Headers.ETag!.ToString();
            body ??= call.Change!(read.Text);
        }

        return await all!.Api.CallAsync(operation, named, body);
    }

    /// <summary>Fills forms of the console in as a browser does, and sends them; the last answer.</summary>
    public async Task<Page> SubmitAsync(params Form[] forms)
    {
        Page? page = null;
        foreach (var form in forms)
        {
            page = form.Page is { } path ? await all!.Person.OpenAsync("/admin" + path) : page!;
            var asked = FormOf(page, $"action=\"{WebUtility.HtmlEncode("/admin" + form.Action)}\"");
            var sent = asked.Filled;
            foreach (var (field, value) in form.Fields)
                sent[field] = value;
            if (form.SentTo is { } elsewhere)
                asked = asked with { Html = asked.Html.Replace($"action=\"{WebUtility.HtmlEncode("/admin" + form.Action)}\"", $"action=\"{WebUtility.HtmlEncode("/admin" + elsewhere)}\"", StringComparison.Ordinal) };
            page = await all!.Person.SubmitAsync(asked, [.. sent.Where(pair => pair.Value != Form.Unticked).Select(pair => (pair.Key, pair.Value))]);
        }

        return page!;
    }

    // The first where there are several of one address, as in the rows of a list: what tells them apart is written into it.
    private static Page FormOf(Page page, string action)
    {
        var forms = page.Html.Split("<form ").Skip(1).Select(form => "<form " + form.Split("</form>")[0]).Where(form => form.Contains(action, StringComparison.Ordinal)).ToList();
        Assert.True(forms.Count > 0, $"{page.Path} has no form with {action}: {page.Status} {page.Text}");
        return page with { Html = forms[0] };
    }

    /// <summary>Asks the database itself: one value.</summary>
    public async Task<string> AskAsync(string sql) => (await ClusterFolder.AskAsync(Server.ConnectionString, sql))!;

    /// <summary>Another token for the Admin API: the one that was used is worth nothing any more.</summary>
    public Task RenewTokenAsync() => all!.RenewTokenAsync();

    public Task<Page> OpenAsync(string path) => all!.Person.OpenAsync("/admin" + path);
}

/// <summary>A call of the Admin API.</summary>
/// <param name="Named">Its parameters by name.</param>
/// <param name="Body">Its body; null for none.</param>
internal sealed record Call(Dictionary<string, string>? Named = null, string? Body = null)
{
    /// <summary>The operation that tells the version which is then changed; null for what needs none.</summary>
    public string? ReadBy { get; init; }

    /// <summary>What was read, changed, where <see cref="Body"/> is silent.</summary>
    public Func<string, string>? Change { get; init; }

    /// <summary>Whether it is read by the very body that is then sent.</summary>
    public bool IsPlan { get; init; }

    /// <summary>A plan that is taken as it was told.</summary>
    public static Call Planned(string by, string body) => new(null, body) { ReadBy = by, IsPlan = true };

    public static Call Of(params (string Name, string Value)[] named) => new(named.ToDictionary(pair => pair.Name, pair => pair.Value));

    public static Call With(string body) => new(null, body);
}

/// <summary>A form of the console.</summary>
/// <param name="Page">The page that it is on, below <c>/admin</c>; null for the one that answered the form before.</param>
/// <param name="Action">Where it goes, by which it is known among the forms of that page.</param>
/// <param name="Fields">What is written into it; what stands in it otherwise is sent as it is.</param>
internal sealed record Form(string? Page, string Action, params (string Name, string Value)[] Fields)
{
    /// <summary>Where it is sent all the same, by somebody who writes addresses by hand; null for where it says.</summary>
    public string? SentTo { get; init; }

    /// <summary>Takes a tick away.</summary>
    public const string Unticked = "\0";

    /// <summary>A form that goes to where its page stands.</summary>
    public static Form At(string path, params (string Name, string Value)[] fields) => new(path, path, fields);
}
