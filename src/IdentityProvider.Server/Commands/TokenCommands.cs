using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp tokens inspect|revoke</c>. What it prints of a token never holds the token.</summary>
internal static class TokenCommands
{
    public static Command Build() => new("tokens", "Tokens that are out: what one says and whether it stands, and taking them back.") { Inspect(), Revoke() };

    private static Command Inspect()
    {
        var token = new Argument<string>("token") { Description = "An access token or a refresh token; - reads it from standard input, where no list of processes shows it." };
        return new Command("inspect", "What a token of this server says, and whether it stands.") { token }
            .Does(async work => await ReadAsync(work, work.Parsed.GetRequiredValue(token)) switch
            {
                { Access: { } access } => await ShowAsync(work, access),
                { Refresh: { } refresh } => await ShowAsync(work, refresh),
                { Reason: var reason } => work.Output.Refuse($"token: {Refusals.Of(reason).Description}"),
            });
    }

    private static Command Revoke()
    {
        var token = new Argument<string?>("token")
        {
            Description = "One access token, or a refresh token with all of its family; - reads it from standard input.", Arity = ArgumentArity.ZeroOrOne,
        };
        var client = new Option<string?>("--client") { Description = "All of this client's instead: its own and those of people who use it.", HelpName = "id" };
        var user = new Option<string?>("--user") { Description = "All of this person's instead; with --client those that the client has.", HelpName = "username" };
        var command = new Command("revoke", "Take tokens back, for good: APIs that use the status list or ask refuse them within a second.") { token, client, user };
        command.Validators.Add(result =>
        {
            if (result.GetValue(token) is null == (result.GetValue(client) is null && result.GetValue(user) is null))
                result.AddError("Name one token, or whose by --client or --user.");
        });
        return command.Ends(work => LookAsync(work, work.Parsed.GetValue(token), work.Parsed.GetValue(client), work.Parsed.GetValue(user)), work => (work.Parsed.GetValue(token), work.Parsed.GetValue(client), work.Parsed.GetValue(user)) switch
        {
            ({ } named, _, _) => RevokeOneAsync(work, named),
            (_, var of, { } username) => RevokeUsersAsync(work, username, of),
            (_, var of, _) => RevokeClientsAsync(work, of!),
        });
    }

    private static async Task<int> LookAsync(Work work, string? token, string? clientId, string? username)
    {
        var (now, counts) = (work.Installation.Now, work.Get<Dependents>());
        if (username is not null)
        {
            var found = await work.Get<UserOperations>().FindAsync(username);
            return await work.ForecastAsync(
                found.Try(out _, out var fault) ? found : fault with { Member = "user" },
                user => $"Would revoke what {clientId ?? "apps"} {(clientId is null ? "have" : "has")} of {user.UserName}",
                user => new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["client_id"] = clientId },
                (user, dependents) => dependents.OfTokensAsync(user.Id, clientId, now, work.Cancellation));
        }

        if (clientId is not null)
        {
            var found = await work.Get<ClientOperations>().FindAsync(clientId, work.Cancellation);
            return await work.ForecastAsync(
                found.Try(out _, out var fault) ? found : fault with { Member = "client" },
                client => $"Would revoke every token of {client.ClientId}, also those of its own",
                client => new() { ["client_id"] = client.ClientId },
                (client, dependents) => dependents.OfTokensAsync(client.ClientId, now, work.Cancellation));
        }

        var read = await ReadAsync(work, token!);
        if (read.Access is { } access)
            return work.Forecast($"Would revoke access token {access.Jti} of {access.ClientId}", new() { ["jti"] = access.Jti, ["client_id"] = access.ClientId }, []);
        if (read.Refresh is not { } refresh)
            return work.Output.Refuse($"token: {Refusals.Of(read.Reason).Description}");
        return await work.ForecastAsync(
            await work.Get<TokenOperations>().FindFamilyAsync(refresh.FamilyId.ToString("N"), work.Cancellation),
            family => $"Would revoke family {family.Family} of {family.ClientId}{(family.EndedAt is null ? "" : ", which has ended already")}",
            family => new() { ["family"] = family.Family, ["client_id"] = family.ClientId, ["sub"] = family.Sub },
            (_, _) => Task.FromResult<IReadOnlyList<DependentCount>>([]));
    }

    private static async Task<int> RevokeOneAsync(Work work, string named)
    {
        var (read, tokens) = (await ReadAsync(work, named), work.Get<TokenOperations>());
        if (read.Access is { } access)
        {
            return work.Tell(
                await tokens.RevokeAsync(work.Actor, access, work.Cancellation),
                jti => work.Output.Say($"Revoked access token {jti}.", new() { ["jti"] = jti, ["revoked"] = 1 }));
        }

        if (read.Refresh is not { } refresh)
            return work.Output.Refuse($"token: {Refusals.Of(read.Reason).Description}");
        return work.Tell(
            await tokens.EndFamilyAsync(work.Actor, refresh.FamilyId, work.Cancellation),
            family => work.Output.Say($"Revoked family {family.FamilyId:N}.", new() { ["family"] = family.FamilyId.ToString("N"), ["revoked"] = 1 }));
    }

    private static async Task<int> RevokeUsersAsync(Work work, string username, string? clientId)
    {
        if (!(await work.Get<UserOperations>().FindAsync(username)).Try(out var user, out var fault))
            return work.Output.Refuse((fault with { Member = "user" }).ToString());
        return work.Tell(await work.Get<TokenOperations>().RevokeAllAsync(work.Actor, user, clientId, work.Cancellation), count => work.Output.Say(
            $"Revoked what {count.Ended} {(count.Ended == 1 ? "sign-in of an app has" : "sign-ins of apps have")} of {user.UserName}.",
            new() { ["sub"] = user.Id.ToString("D"), ["username"] = user.UserName, ["client_id"] = clientId, ["revoked"] = count.Ended }));
    }

    private static async Task<int> RevokeClientsAsync(Work work, string named) => work.Tell(
        await work.Get<ClientOperations>().RevokeTokensAsync(work.Actor, named, work.Cancellation),
        clientId => work.Output.Say($"Revoked every token of {clientId}.", new() { ["client_id"] = clientId, ["revoked"] = true }));

    private static async Task<ReadToken> ReadAsync(Work work, string written)
    {
        var text = await Input.ReadPasswordAsync(written, work.Cancellation);
        if (work.Get<RefreshTokens>().Parse(text).Try(out var refresh, out _))
            return new ReadToken(null, refresh, default);
        await work.Get<KeyRing>().ReloadAsync(work.Cancellation);
        return work.Get<AccessTokens>().Verify(text, work.Installation.Now).Try(out var access, out var reason)
            ? new ReadToken(access, null, default)
            : new ReadToken(null, null, reason);
    }

    private static async Task<int> ShowAsync(Work work, VerifiedAccessToken token)
    {
        var facts = await work.Get<AccessTokenStanding>().LoadAsync(token, work.Cancellation);
        return work.Output.Show(new JsonObject
        {
            ["kind"] = "access_token",
            ["active"] = AccessTokenRules.RefuseRevoked(token, facts, work.Installation.Now) is null,
            ["client_id"] = token.ClientId,
            ["sub"] = token.Subject,
            ["username"] = facts.User?.Username,
            ["scope"] = token.Scope.ToString(),
            ["aud"] = new JsonArray([.. token.Audience]),
            ["issued_at"] = Output.Moment(token.IssuedAt),
            ["expires_at"] = Output.Moment(token.ExpiresAt),
            ["jti"] = token.Jti,
            ["kid"] = token.Kid,
            ["family"] = token.FamilyId?.ToString("N"),
            ["sid"] = facts.Family?.SessionId?.ToString("N"),
            ["status"] = token.Status is { } status ? $"{status.List}/{status.Index}" : null,
        });
    }

    private static async Task<int> ShowAsync(Work work, RefreshToken token)
    {
        var facts = await work.Get<RefreshTokens>().LoadAsync(token, work.Cancellation);
        if (facts.Family is not { } family)
            return work.Output.Refuse("token: its family is gone");
        return work.Output.Show(new JsonObject
        {
            ["kind"] = "refresh_token",
            ["active"] = TokenFamilyRules.IsUsable(token, facts, work.Installation.Settings.Sessions.IdleLimit, work.Installation.Now),
            ["client_id"] = family.ClientId,
            ["sub"] = family.Subject,
            ["username"] = facts.User?.Username,
            ["scope"] = family.Scope.ToString(),
            ["resources"] = new JsonArray([.. family.Resources]),
            ["issued_at"] = Output.Moment(family.RotatedAt),
            ["expires_at"] = Output.Moment(family.ExpiresAt),
            ["family"] = family.FamilyId.ToString("N"),
            ["generation"] = token.Generation,
            ["newest_generation"] = family.Generation,
            ["sid"] = family.SessionId?.ToString("N"),
            ["ended_at"] = family.EndedAt is { } ended ? Output.Moment(ended) : null,
            ["end_reason"] = family.EndReason?.ToString(),
        });
    }

    /// <summary>One of the two kinds, or why it is neither.</summary>
    private readonly record struct ReadToken(VerifiedAccessToken? Access, RefreshToken? Refresh, Refusal Reason);
}
