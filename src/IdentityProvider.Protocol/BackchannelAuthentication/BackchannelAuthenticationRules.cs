using System.Globalization;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Protocol.BackchannelAuthentication;

/// <summary>
/// The request of a client that has a person before it who is to decide on another device (OpenID Client-Initiated Backchannel Authentication
/// Core 1.0 §7), by poll or ping. What it doesn't name is ignored; a code of the person's own is not asked for.
/// </summary>
public static class BackchannelAuthenticationRules
{
    /// <summary>Where the request asks for no other.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(5);

    /// <summary>However long the request asks for.</summary>
    public static TimeSpan LongestLifetime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>In characters: it stands on a till's screen as well.</summary>
    public const int LongestBindingMessage = 100;

    /// <summary>CIBA Core §7.1.</summary>
    public const int LongestNotificationToken = 1024;

    /// <summary>What one client may have waiting for one person (§13, access_denied): no more can be shown, and none may flood them.</summary>
    public const int MostWaiting = 5;

    /// <summary>What all clients together may have waiting for one person.</summary>
    public const int MostWaitingOfAll = 20;

    private const int LongestAcrValues = 200;

    private static readonly string[] Hints = ["login_hint", "id_token_hint", "login_hint_token"];

    /// <summary>Reads the request; whom it means is looked up next.</summary>
    /// <param name="parameters">The form.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="resources">The resources that the client is registered for, those that exist.</param>
    /// <param name="keys">The published keys, for <c>id_token_hint</c>.</param>
    /// <param name="issuer">Ours.</param>
    /// <param name="now">The moment.</param>
    public static Decision<BackchannelRequest> Read(
        Parameters parameters, AuthenticatedClient client, IReadOnlyList<Resource> resources, JsonWebKeySet keys, string issuer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(client);

        // 1. The client is registered for it (§13, unauthorized_client).
        if (!client.Client.Allows(GrantTypes.Backchannel))
            return Refusal.GrantTypeNotAllowedForClient;

        // 2. Nothing of it is hidden in an object that isn't read (§7.1.1), and the one hint is of a kind that is (§7.1).
        if (parameters.Has("request") || parameters.Has("login_hint_token"))
            return Refusal.BackchannelParameterUnsupported;
        if (Hints.Count(parameters.Has) != 1)
            return Refusal.BackchannelHintNotOne;

        // 3. openid, and scopes and resources that the client may have (§7.1).
        if (!RequestedAccess.Decide(parameters, client.Client, resources).Try(out var access, out var reason))
            return reason;
        if (!access.Scope.Contains(ScopeSet.OpenId))
            return Refusal.BackchannelWithoutOpenId;

        // 4. A message that both sides can show (§7.1, invalid_binding_message).
        if (parameters["binding_message"] is { } message && !PlainText.IsPlain(message, LongestBindingMessage))
            return Refusal.BindingMessageInvalid;

        // 5. How long it waits: as long as is asked for, and no longer than is good (§7.1).
        if (!TryReadExpiry(parameters["requested_expiry"], out var lifetime))
            return Refusal.RequestedExpiryMalformed;

        // 6. A token to notify a client with that is notified (§7.1).
        var token = parameters["client_notification_token"];
        var isPing = client.Client.BackchannelTokenDeliveryMode == BackchannelDelivery.Ping;
        if (isPing && (token is null or { Length: > LongestNotificationToken } || !token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '+' or '/' or '=')))
            return Refusal.ClientNotificationTokenInvalid;

        // 7. A hint of ours, issued to this client, however old (§7.1).
        IdTokenHint? hint = null;
        if (parameters["id_token_hint"] is { } text && ((hint = IdTokenHint.Verify(text, keys, issuer, now)) is null || !hint.Audiences.Contains(client.ClientId, StringComparer.Ordinal)))
            return Refusal.IdTokenHintInvalid;

        return new BackchannelRequest(client.Client, access)
        {
            LoginHint = parameters["login_hint"],
            Hint = hint,
            BindingMessage = parameters["binding_message"],
            NotificationToken = isPing ? token : null,
            AcrValues = parameters["acr_values"] is { Length: <= LongestAcrValues } values ? values : null,
            Lifetime = lifetime,
        };
    }

    /// <summary>What waits for the person's answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="userId">Whom it means; null where that is nobody who may sign in (§13, unknown_user_id).</param>
    /// <param name="requestId">A new identifier.</param>
    /// <param name="now">The moment.</param>
    public static Decision<DecoupledRequest> Decide(BackchannelRequest request, Guid? userId, Guid requestId, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);

        // Somebody is meant (§13, unknown_user_id). Whether they are asked too much already is counted where the request is stored.
        if (userId is not { } asked)
            return Refusal.BackchannelUserUnknown;

        return new DecoupledRequest
        {
            RequestId = requestId,
            Kind = DecoupledKind.Backchannel,
            ClientId = request.Client.ClientId,
            UserId = asked,
            Scope = request.Access.Scope,
            Resources = request.Access.ResourceIdentifiers,
            BindingMessage = request.BindingMessage,
            AcrValues = request.AcrValues,
            MaxAge = request.Client.DefaultMaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            CreatedAt = now,
            ExpiresAt = now + request.Lifetime,
        };
    }

    /// <summary>Whether the person must prove who they are once more before their yes counts: their sign-in is too old, or of no class that would do.</summary>
    public static bool NeedsSignIn(DecoupledRequest request, Session session, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(session);

        // 1. Not older than the client likes, or made since it asked (OpenID Connect Registration §2, default_max_age).
        if (request.MaxAge is { } age && now - session.AuthTime > age && session.AuthTime < request.CreatedAt)
            return true;

        // 2. Of any class, where a class is named that every sign-in here reaches (§7.1, acr_values).
        return Wanted(request).Contains(AcrRules.OneFactor, StringComparer.Ordinal) && (session.Acr ?? AcrRules.ClassOf(session.Amr)) is null;
    }

    /// <summary>What else the person's sign-in must be before their yes counts (§7.1, <c>acr_values</c>; the client's own <c>require_mfa</c>).</summary>
    public static SignInNeeds NeedsOf(DecoupledRequest request, Client client)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);
        var isWished = Wanted(request).Contains(AcrRules.TwoFactors, StringComparer.Ordinal) && !Wanted(request).Contains(AcrRules.OneFactor, StringComparer.Ordinal);
        return new SignInNeeds { IsRequiredByClient = client.RequireMfa, Wish = isWished ? SecondFactorWish.Voluntary : SecondFactorWish.None };
    }

    private static string[] Wanted(DecoupledRequest request) => (request.AcrValues ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool TryReadExpiry(string? text, out TimeSpan lifetime)
    {
        lifetime = Lifetime;
        if (text is null)
            return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds == 0)
            return false;
        lifetime = TimeSpan.FromSeconds(Math.Min(seconds, (int)LongestLifetime.TotalSeconds));
        return true;
    }
}

/// <summary>A well-formed request. Made by <see cref="BackchannelAuthenticationRules.Read"/> alone.</summary>
public sealed class BackchannelRequest
{
    internal BackchannelRequest(Client client, RequestedAccess access)
    {
        Client = client;
        Access = access;
    }

    public Client Client { get; }

    public RequestedAccess Access { get; }

    /// <summary>A user name.</summary>
    public string? LoginHint { get; internal init; }

    public IdTokenHint? Hint { get; internal init; }

    public string? BindingMessage { get; internal init; }

    /// <summary>The bearer token with which the client is told; null for one that asks.</summary>
    public string? NotificationToken { get; internal init; }

    public string? AcrValues { get; internal init; }

    public TimeSpan Lifetime { get; internal init; }
}
