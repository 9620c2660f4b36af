using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Audit;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.TrustedIssuers;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.Admin;

/// <summary>Who people are elsewhere, by an operator's word.</summary>
internal sealed class LinkOperations(UserManager<User> manager, TrustedIssuers issuers, Upstreams upstreams, AccountStore store, Desk desk)
{
    /// <summary>Says that a person is this subject of an issuer, which then speaks for them.</summary>
    public async Task<Operated<User>> LinkAsync(Actor actor, User user, string issuer, string subject, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        var isUpstream = (await upstreams.ListAsync(cancellation)).Any(upstream => upstream.Issuer == issuer);
        if (!isUpstream && await issuers.FindAsync(issuer, cancellation) is null)
            return Fault.Unknown("issuer", issuer, "a trusted issuer");
        var longest = isUpstream ? UpstreamIdTokenRules.LongestSubject : TrustedIssuerRules.LongestName;
        if (subject.Length == 0 || subject.Length > longest)
            return Fault.Refused("subject", $"must be 1 to {longest} characters");
        var result = await manager.AddLoginAsync(user, new UserLoginInfo(issuer, subject, issuer));
        return await ChangedAsync(actor, user, result, (AuditAction.UserLinked, SignInOutcome.LinkGiven), issuer, cancellation);
    }

    /// <summary>Whether an issuer may speak for people here.</summary>
    public async Task<bool> KnowsAsync(string issuer, CancellationToken cancellation) =>
        (await upstreams.ListAsync(cancellation)).Any(upstream => upstream.Issuer == issuer) || await issuers.FindAsync(issuer, cancellation) is not null;

    /// <summary>Takes that back.</summary>
    public async Task<Operated<User>> UnlinkAsync(Actor actor, User user, string issuer, string subject, CancellationToken cancellation)
    {
        if (await desk.RefuseAccountAsync(actor, user.Id, cancellation) is { } fault)
            return fault;
        var result = await manager.RemoveLoginAsync(user, issuer, subject);
        return await ChangedAsync(actor, user, result, (AuditAction.UserUnlinked, SignInOutcome.LinkTaken), issuer, cancellation);
    }

    private async Task<Operated<User>> ChangedAsync(
        Actor actor, User user, IdentityResult result, (AuditAction Audit, SignInOutcome History) what, string issuer, CancellationToken cancellation)
    {
        if (UserOperations.FaultOf(result) is { } reason)
            return reason;
        await store.NoteAsync(user.Id, what.History, cancellation, issuer);
        await desk.RecordAsync(what.Audit, actor, AuditTarget.User(user.Id), detail: new JsonObject { ["issuer"] = issuer });
        return user;
    }
}
