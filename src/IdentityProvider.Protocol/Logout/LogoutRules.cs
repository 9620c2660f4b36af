using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.Logout;

/// <summary>The checks of a logout request (OpenID Connect RP-Initiated Logout 1.0 §2, §3).</summary>
public static class LogoutRules
{
    /// <summary>Which client a request is about: the one it names, else the one its hint was issued to. Null where it can't be told.</summary>
    public static string? ClientIdOf(Parameters parameters, IdTokenHint? hint) =>
        parameters["client_id"] ?? (hint is { Audiences: [var only] } ? only : null);

    /// <summary>Decides what becomes of a logout request.</summary>
    /// <param name="parameters">The request's.</param>
    /// <param name="hint">What <c>id_token_hint</c> proved; null where it is absent or proves nothing.</param>
    /// <param name="client">The client of <see cref="ClientIdOf"/>; null where there is none.</param>
    /// <param name="session">The browser's session, even one that lay idle; null where it has none.</param>
    /// <param name="hinted">The session that the hint's <c>sid</c> names, if it isn't over; asked for where the browser has none.</param>
    public static LogoutDecision Decide(Parameters parameters, IdTokenHint? hint, Client? client, Session? session, Session? hinted)
    {
        // 1. A hint is an ID token of ours, however old (§2, §4).
        if (parameters.Has("id_token_hint") && hint is null) return new LogoutDecision.PageError(Refusal.LogoutHintInvalid);

        // 2. A client that is named is one that the hint was issued to (§2).
        if (hint is not null && parameters["client_id"] is { } named && !hint.Audiences.Contains(named, StringComparer.Ordinal))
            return new LogoutDecision.PageError(Refusal.LogoutClientMismatch);

        // 3. An address to return to is a known client's, registered exactly (§3).
        ReturnAfterLogout? returnTo = null;
        if (parameters["post_logout_redirect_uri"] is { } uri)
        {
            if (ClientIdOf(parameters, hint) is null) return new LogoutDecision.PageError(Refusal.LogoutRedirectUriWithoutClient);
            if (client is null) return new LogoutDecision.PageError(Refusal.LogoutRedirectUriNotRegistered);
            if (!RedirectUris.ChooseAfterLogout(client, uri).Try(out var validated, out var reason)) return new LogoutDecision.PageError(reason);
            returnTo = new ReturnAfterLogout(validated, parameters["state"]);
        }

        // 4. Without a hint that means this very sign-in, any page of the web might have sent the browser here: the person is asked (§2, §6).
        if (hint is null || (session is not null && !Means(hint, session))) return new LogoutDecision.Ask(client, returnTo);

        // 5. A browser that lost its session still signs out of the one that the hint was issued in (§2).
        return new LogoutDecision.End(session ?? (hinted is not null && Means(hint, hinted) ? hinted : null), returnTo);
    }

    // A session is one person's for ever, so its identifier says who; where the hint names the account, that must agree.
    private static bool Means(IdTokenHint hint, Session session) => hint.SessionId == session.SessionId && (hint.UserId is not { } userId || userId == session.UserId);
}

/// <summary>What becomes of a logout request. Closed.</summary>
public abstract class LogoutDecision
{
    private LogoutDecision()
    {
    }

    /// <summary>The request is wrong; the person is told, nobody is redirected.</summary>
    public sealed class PageError : LogoutDecision
    {
        internal PageError(Refusal reason) => Reason = reason;

        public Refusal Reason { get; }
    }

    /// <summary>The session ends if the person says so.</summary>
    public sealed class Ask : LogoutDecision
    {
        internal Ask(Client? client, ReturnAfterLogout? returnTo)
        {
            Client = client;
            ReturnTo = returnTo;
        }

        /// <summary>Who asks, as far as it can be told.</summary>
        public Client? Client { get; }

        public ReturnAfterLogout? ReturnTo { get; }
    }

    /// <summary>The session ends now.</summary>
    public sealed class End : LogoutDecision
    {
        internal End(Session? session, ReturnAfterLogout? returnTo)
        {
            Session = session;
            ReturnTo = returnTo;
        }

        /// <summary>What ends; null where it is over already.</summary>
        public Session? Session { get; }

        public ReturnAfterLogout? ReturnTo { get; }
    }
}

/// <summary>Where the browser goes after a logout: registered, with the request's <c>state</c> (§3).</summary>
public sealed class ReturnAfterLogout
{
    private readonly ValidatedRedirectUri _uri;
    private readonly string? _state;

    internal ReturnAfterLogout(ValidatedRedirectUri uri, string? state)
    {
        _uri = uri;
        _state = state;
    }

    public string Location => _state is null ? _uri.Value : $"{_uri.Value}{(_uri.Value.Contains('?', StringComparison.Ordinal) ? '&' : '?')}state={Uri.EscapeDataString(_state)}";
}
