using IdentityProvider.Protocol.Audit;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What was done last to something: for who comes too late with a change of it.</summary>
/// <param name="Action">As the audit names it.</param>
/// <param name="By">Who: a person by their user name.</param>
/// <param name="At">When.</param>
/// <param name="EventId">The line of the audit that tells it.</param>
public sealed record LastChange(string Action, string By, DateTimeOffset At, Guid EventId)
{
    /// <summary>Things of different kinds may be called the same: as many lines are looked at.</summary>
    private const int Lines = 50;

    internal static async Task<LastChange?> FindAsync(ConsoleRequest request, AuditTarget target)
    {
        var lines = await request.Get<AuditEvents>().SearchAsync(new AuditSearch { Target = target.Id }, before: null, Lines, request.Cancellation);
        if (lines.Select(line => line.Event).FirstOrDefault(entry => entry.Target.Kind == target.Kind) is not { } last)
            return null;
        return new LastChange(last.Action, await NameOfAsync(request, last.Actor), last.At, last.EventId);
    }

    private static async Task<string> NameOfAsync(ConsoleRequest request, AuditActor actor)
    {
        if (actor is { Kind: AuditActorKind.Person, Name: { } sub } && (await request.Get<UserOperations>().FindBySubAsync(sub)).Try(out var user, out _))
            return user.UserName!;
        return actor.Name ?? actor.Kind.ToString().ToLowerInvariant();
    }
}
