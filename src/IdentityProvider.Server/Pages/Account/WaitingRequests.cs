using IdentityProvider.Protocol.BackchannelAuthentication;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Server.Decoupled;
using IdentityProvider.Server.SignIn;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What clients ask a person by the back channel (CIBA Core §7), and what the person answers.</summary>
internal sealed class WaitingRequests(DecoupledRequests requests, DecoupledAnswers answers, Registry registry, SignInFlow flow, TimeProvider clock)
{
    private const int MostLines = 20;

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<WaitingLine>> LoadAsync(Guid userId, CancellationToken cancellation)
    {
        var lines = new List<WaitingLine>();
        foreach (var request in await requests.ListWaitingAsync(userId, clock.GetUtcNow(), MostLines, cancellation))
        {
            if (await registry.FindClientAsync(request.ClientId, cancellation) is { } client)
            {
                var apis = ScopeWords.OfApis(request.Scope, await registry.FindResourcesAsync(request.Resources, cancellation));
                lines.Add(new WaitingLine(request.RequestId, client, request.BindingMessage, ScopeWords.OfIdentity(request.Scope), apis, request.CreatedAt));
            }
        }

        return lines;
    }

    /// <summary>Gives the answer, where the person's sign-in is one that counts.</summary>
    public async Task<WaitingAnswer> AnswerAsync(HttpContext http, string? requestId, Session session, bool isYes)
    {
        var cancellation = http.RequestAborted;
        if (!Guid.TryParseExact(requestId, "N", out var id)
            || await requests.FindAsync(id, cancellation) is not { Kind: DecoupledKind.Backchannel } request || request.UserId != session.UserId
            || await registry.FindClientAsync(request.ClientId, cancellation) is not { } client)
            return WaitingAnswer.Gone;
        if (isYes && BackchannelAuthenticationRules.NeedsSignIn(request, session, clock.GetUtcNow()))
            return WaitingAnswer.SignInFirst;
        if (isYes && await flow.LacksSecondFactorAsync(session, BackchannelAuthenticationRules.NeedsOf(request, client), cancellation))
            return WaitingAnswer.SecondFactorFirst;
        return await answers.GiveAsync(http, request, client, session, isYes) ? WaitingAnswer.Given : WaitingAnswer.Gone;
    }
}

/// <summary>What became of an answer.</summary>
internal enum WaitingAnswer
{
    Given,

    /// <summary>It was answered already, or its time is over.</summary>
    Gone,

    /// <summary>The person signs in once more before it counts.</summary>
    SignInFirst,

    /// <summary>The person proves a second factor before it counts.</summary>
    SecondFactorFirst,
}

/// <summary>A question that waits for the person.</summary>
/// <param name="RequestId">Which.</param>
/// <param name="Client">Who asks.</param>
/// <param name="BindingMessage">What both sides show; null where the client sent nothing.</param>
/// <param name="Identity">What it would learn of the person, by the keys of its texts.</param>
/// <param name="Apis">What it could do at each API.</param>
/// <param name="AskedAt">Since when it waits.</param>
public sealed record WaitingLine(
    Guid RequestId, Client Client, string? BindingMessage, IReadOnlyList<string> Identity, IReadOnlyList<(string Resource, IReadOnlyList<string> Texts)> Apis, DateTimeOffset AskedAt);
