using System.CommandLine;
using System.Globalization;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Audit;
using IdentityProvider.Server.Commands.Remote;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp audit list|show|verify|export</c>.</summary>
internal static class AuditCommands
{
    public static readonly string[] Columns = ["id", "at", "action", "count", "actor_kind", "actor", "target_kind", "target", "address"];

    public static Command Build() =>
        new("audit", "Who did what to whom, from where. What is older than Idp:Audit:Retention goes with `idp database prune`, and by itself.") { List(), Show(), AuditVerifyCommand.Build(), Export() };

    private static Command List()
    {
        var (filters, paging) = (new AuditFilters(), new Paging());
        var command = new Command("list", "Lines of the audit, the newest first.");
        filters.AddTo(command);
        paging.AddTo(command);
        return command.Does(async work =>
        {
            var search = await filters.ReadAsync(work);
            return await paging.ShowAsync(
                work,
                async (after, limit, cancellation) => await work.Get<AuditEvents>().SearchAsync(search, after is null ? null : await PlaceOfAsync(work, after), limit, cancellation),
                AuditJson.Document,
                Columns);
        }, async work => await work.ListAsync($"/audit{await filters.QueryAsync(work)}", Columns));
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "As `idp audit list` shows it." };
        return new Command("show", "All that a line says, and its place in the chain.") { id }.Does(async work =>
            await FindAsync(work, work.Parsed.GetRequiredValue(id)) is { } line
                ? work.Output.Show(AuditJson.Document(line))
                : work.Output.Refuse($"id: '{work.Parsed.GetRequiredValue(id)}' is not a line of the audit"),
            work => work.ShowAsync($"/audit/{work.Part("id")}"));
    }

    private static Command Export()
    {
        var filters = new AuditFilters();
        var command = new Command("export", "Lines of the audit as JSON Lines on standard output, the newest first: one JSON object a line, with its number and hash in the chain.");
        filters.AddTo(command);
        return command.Does(async work =>
        {
            var search = await filters.ReadAsync(work);
            await work.Get<AuditExports>().WriteAsync(
                work.Actor,
                search,
                line =>
                {
                    work.Output.Line(line);
                    return Task.CompletedTask;
                },
                work.Cancellation);
            return Output.Done;
        }, async work =>
        {
            await work.Api.LinesAsync($"/audit/export{await filters.QueryAsync(work)}", work.Output.Line, work.Cancellation);
            return Output.Done;
        });
    }

    private static async Task<AuditPlace> PlaceOfAsync(Work work, string id) => await FindAsync(work, id) is { Event: var entry }
        ? new AuditPlace(entry.At, entry.EventId)
        : throw new InputException($"--after must be the id of a line, not '{id}'.");

    private static async Task<AuditLine?> FindAsync(Work work, string id) =>
        Guid.TryParse(id, out var eventId) ? await work.Get<AuditEvents>().FindAsync(eventId, work.Cancellation) : null;
}

/// <summary>Which lines of the audit: the options that its commands share.</summary>
internal sealed class AuditFilters
{
    private readonly Option<string[]> _actions = new("--action") { Description = "Only these: `client.created`, …; may be given more than once.", HelpName = "name" };
    private readonly Option<string?> _area = new("--area") { Description = $"Only this area: {string.Join(", ", AuditActions.Areas)}." };
    private readonly Option<string?> _actor = new("--actor") { Description = "Only what they did: a sub or a user name, a client_id, or the name of who ran a command.", HelpName = "who" };
    private readonly Option<string?> _target = new("--target") { Description = "Only what was done to this: a sub or a user name, a client_id, a resource, a sid, …", HelpName = "whom" };
    private readonly Option<string?> _from = Moment("--from", "Only from this moment on");
    private readonly Option<string?> _to = Moment("--to", "Only before this moment");

    public AuditFilters()
    {
        _actions.AcceptOnlyFromAmong([.. AuditActions.Names]);
        _area.AcceptOnlyFromAmong([.. AuditActions.Areas]);
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _actions, _area, _actor, _target, _from, _to })
            command.Add(option);
    }

    public async Task<AuditSearch> ReadAsync(Work work)
    {
        var (actions, area) = (work.Parsed.GetValue(_actions), work.Parsed.GetValue(_area));
        var ofArea = area is null ? null : AuditActions.NamesOf(area);
        return new AuditSearch
        {
            Actions = actions is { Length: > 0 } ? [.. actions.Where(name => ofArea?.Contains(name, StringComparer.Ordinal) != false)] : ofArea,
            Actor = await SubjectOfAsync(work, work.Parsed.GetValue(_actor)),
            Target = await SubjectOfAsync(work, work.Parsed.GetValue(_target)),
            From = work.Parsed.GetValue(_from) is { } from ? Read(from) : null,
            To = work.Parsed.GetValue(_to) is { } to ? Read(to) : null,
        };
    }

    /// <summary>The same as a query of the Admin API.</summary>
    public async Task<string> QueryAsync(RemoteWork work)
    {
        var parts = new List<string>();
        Add("action", work.Parsed.GetValue(_actions) is { Length: > 0 } actions ? string.Join(',', actions) : null);
        Add("area", work.Parsed.GetValue(_area));
        Add("actor", await SubjectOfAsync(work, work.Parsed.GetValue(_actor)));
        Add("target", await SubjectOfAsync(work, work.Parsed.GetValue(_target)));
        Add("from", MomentOf(work.Parsed.GetValue(_from)));
        Add("to", MomentOf(work.Parsed.GetValue(_to)));
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);

        void Add(string name, string? value)
        {
            if (value is not null)
                parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        static string? MomentOf(string? text) => text is null ? null : Read(text)!.Value.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
    }

    private static async Task<string?> SubjectOfAsync(RemoteWork work, string? named) => named is null ? null : await work.FindSubAsync(named) ?? named;

    // The audit has no names of people; who has an account is known by theirs.
    private static async Task<string?> SubjectOfAsync(Work work, string? named) =>
        named is not null && await work.Get<UserManager<User>>().FindByNameAsync(named) is { } user ? user.Id.ToString("D") : named;

    private static Option<string?> Moment(string name, string description)
    {
        var option = new Option<string?>(name) { Description = $"{description}: 2026-11-21, or 2026-11-21T18:00:00Z.", HelpName = "moment" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && Read(text) is null)
                result.AddError($"{name} must be a moment such as 2026-11-21 or 2026-11-21T18:00:00Z, not '{text}'.");
        });
        return option;
    }

    private static DateTimeOffset? Read(string text) => DateTimeOffset.TryParseExact(
        text, ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
}
