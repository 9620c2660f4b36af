using System.CommandLine;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Commands;

/// <summary>The options of every <c>list</c>: a page is bounded, and says how to go on.</summary>
internal sealed class Paging
{
    private const int Most = 1000;

    private readonly Option<string?> _after = new("--after") { Description = "List what comes after this one.", HelpName = "last" };

    private readonly Option<int> _limit = new("--limit") { Description = $"How many at most, up to {Most}.", DefaultValueFactory = _ => 100, HelpName = "n" };

    public Paging() => _limit.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is < 1 or > Most)
            result.AddError($"--limit must be 1 to {Most}.");
    });

    public void AddTo(Command command)
    {
        command.Add(_after);
        command.Add(_limit);
    }

    /// <summary>Reads one page and shows it.</summary>
    /// <param name="work">The command.</param>
    /// <param name="read">Reads as many as it is asked for, after the one named.</param>
    /// <param name="thing">One of them, as it is shown.</param>
    /// <param name="members">The table's columns; the first is what <c>--after</c> takes.</param>
    public async Task<int> ShowAsync<T>(
        Work work, Func<string?, int, CancellationToken, Task<IReadOnlyList<T>>> read, Func<T, JsonObject> thing, params string[] members)
    {
        var most = work.Parsed.GetValue(_limit);
        var found = await read(work.Parsed.GetValue(_after), most + 1, work.Cancellation);
        var page = found.Take(most).Select(thing).ToList();
        var shown = work.Output.List(page, members);
        if (found.Count > most)
            work.Output.Remark($"There are more: --after {page[^1][members[0]]}");
        return shown;
    }
}
