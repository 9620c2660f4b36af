using System.Net;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Server.Background;
using IdentityProvider.Server.Keys;
using IdentityProvider.Server.Tests.Database;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Status;

/// <summary>What a revocation reaches: each end sets exactly its own bits, durable when it is answered, on every node.</summary>
public sealed class StatusListTests : IAsyncLifetime
{
    private SignedIn _signedIn = null!;

    private TestServer Server => _signedIn.Server;

    private DateTimeOffset Now => Server.Clock.GetUtcNow();

    public async ValueTask InitializeAsync() => _signedIn = await SignedIn.StartAsync();

    public ValueTask DisposeAsync() => _signedIn.DisposeAsync();

    [Fact]
    public async Task One_access_token_is_taken_back_alone()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(first.AccessToken));

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", first.AccessToken));

        await BecomesAsync(StatusValue.Invalid, first.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(second.AccessToken));
    }

    [Fact]
    public async Task A_refresh_token_takes_every_access_token_of_its_family_along()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);
        var second = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        var again = await _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken);
        var other = await _signedIn.TokensAsync(SignedIn.Spa);

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", second.RefreshToken));

        await BecomesAsync(StatusValue.Invalid, first.AccessToken, second.AccessToken, again.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(other.AccessToken));
    }

    [Fact]
    public async Task The_end_of_a_session_reaches_every_app_under_it_and_not_offline_access()
    {
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var spa = await _signedIn.TokensAsync(SignedIn.Spa);
        var offline = await _signedIn.TokensAsync(SignedIn.App, "openid offline_access notes.read");

        await _signedIn.EndSessionAsync();

        await BecomesAsync(StatusValue.Invalid, app.AccessToken, spa.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(offline.AccessToken));
    }

    [Fact]
    public async Task All_of_a_person_s_tokens_end_with_everything()
    {
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var offline = await _signedIn.TokensAsync(SignedIn.Spa, "openid offline_access notes.read");

        await Server.Get<Sessions>().EndEverythingAsync(_signedIn.UserId, FamilyEnd.EndedByOperator, Now, SignedIn.Cancellation);

        await BecomesAsync(StatusValue.Invalid, app.AccessToken, offline.AccessToken);
    }

    [Fact]
    public async Task A_client_s_end_reaches_its_own_tokens_and_those_of_people_who_use_it()
    {
        var machine = await MachineTokenAsync();
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var spa = await _signedIn.TokensAsync(SignedIn.Spa);

        await Server.Get<Clients>().DeleteAsync(SignedIn.Machine.ClientId, Now, SignedIn.Cancellation);
        await Server.Get<Clients>().DeleteAsync(SignedIn.App.ClientId, Now, SignedIn.Cancellation);

        await BecomesAsync(StatusValue.Invalid, machine, app.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(spa.AccessToken));
    }

    [Fact]
    public async Task A_client_whose_tokens_were_revoked_gets_new_ones_that_live()
    {
        var before = await MachineTokenAsync();
        await Server.Get<Clients>().RevokeTokensAsync(SignedIn.Machine.ClientId, Now, SignedIn.Cancellation);
        await BecomesAsync(StatusValue.Invalid, before);
        Assert.Equal("False", (await _signedIn.IntrospectAsync(SignedIn.Api, before))["active"]);

        Server.Clock.Advance(TimeSpan.FromSeconds(1));
        var after = await MachineTokenAsync();

        Assert.Equal(StatusValue.Valid, await StatusAsync(after));
        Assert.Equal("True", (await _signedIn.IntrospectAsync(SignedIn.Api, after))["active"]);
    }

    [Fact]
    public async Task A_revoked_key_takes_all_that_it_signed_and_nothing_that_its_successor_signs()
    {
        var machine = await MachineTokenAsync();
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var kid = (await Server.Get<KeyOperations>().ListAsync(SignedIn.Cancellation)).Single().Kid;

        await Server.Get<KeyOperations>().RevokeAsync(kid, SignedIn.Cancellation);

        await BecomesAsync(StatusValue.Invalid, machine, app.AccessToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(await MachineTokenAsync()));
        Assert.Equal(StatusValue.Valid, await StatusAsync((await _signedIn.RefreshAsync(SignedIn.App, app.RefreshToken)).AccessToken));
    }

    [Fact]
    public async Task What_changed_for_a_person_or_a_client_makes_tokens_stale_and_never_alive_again()
    {
        var app = await _signedIn.TokensAsync(SignedIn.App);
        var revoked = await _signedIn.TokensAsync(SignedIn.App);
        var machine = await MachineTokenAsync();
        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", revoked.AccessToken));

        await Server.Get<TokenFamilies>().MarkStaleAsync(_signedIn.UserId, Now, SignedIn.Cancellation);
        await Server.Get<Clients>().UpdateAsync(SignedIn.Machine with { Scope = ScopeSet.Empty }, Now, SignedIn.Cancellation);

        await BecomesAsync(StatusValue.Stale, app.AccessToken, machine);
        Assert.Equal(StatusValue.Invalid, await StatusAsync(revoked.AccessToken));
        var refreshed = await _signedIn.RefreshAsync(SignedIn.App, app.RefreshToken);
        Assert.Equal(StatusValue.Valid, await StatusAsync(refreshed.AccessToken));
    }

    [Fact]
    public async Task An_api_that_loses_a_scope_makes_the_tokens_for_it_stale()
    {
        var app = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;
        var machine = await MachineTokenAsync();
        var notes = new Resource { Identifier = SignedIn.NotesApi, Name = "Notes", Scopes = [new("notes.read"), new("notes.write"), new("notes.more")] };
        await Server.Get<Resources>().UpdateAsync(notes, Now, SignedIn.Cancellation);
        Assert.Equal(StatusValue.Valid, await StatusAsync(app));

        await Server.Get<Resources>().UpdateAsync(notes with { Scopes = [new("notes.write")] }, Now, SignedIn.Cancellation);

        await BecomesAsync(StatusValue.Stale, app, machine);
    }

    [Fact]
    public async Task A_family_that_refreshes_without_end_still_ends_whole()
    {
        var answer = await _signedIn.TokensAsync(SignedIn.App);
        var tokens = new List<string> { answer.AccessToken };
        for (var i = 0; i < (TokenFamily.MostStatusesOfItsOwn * 2) + 70; i++)
        {
            answer = await _signedIn.RefreshAsync(SignedIn.App, answer.RefreshToken);
            tokens.Add(answer.AccessToken);
        }

        Assert.Equal(tokens.Count, tokens.Select(StatusReader.ReferenceOf).Distinct().Count());
        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", answer.RefreshToken));

        await BecomesAsync(StatusValue.Invalid, [.. tokens]);
    }

    [Fact]
    public async Task Of_50_refreshes_of_one_token_at_once_all_answers_are_usable_and_end_together()
    {
        var first = await _signedIn.TokensAsync(SignedIn.App);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.RefreshToken).Distinct());
        Assert.Equal(50, answers.Select(answer => StatusReader.ReferenceOf(answer.AccessToken)).Distinct().Count());
        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", answers[0].RefreshToken));
        await BecomesAsync(StatusValue.Invalid, [first.AccessToken, .. answers.Select(answer => answer.AccessToken)]);
    }

    [Fact]
    public async Task A_revocation_while_refreshes_are_in_flight_leaves_no_token_alive()
    {
        for (var round = 0; round < 10; round++)
        {
            var first = await _signedIn.TokensAsync(SignedIn.App);
            var refreshing = Enumerable.Range(0, 8).Select(_ => _signedIn.RefreshAsync(SignedIn.App, first.RefreshToken)).ToList();
            var revoking = _signedIn.PostAsync("/revoke", SignedIn.App, ("token", first.RefreshToken));
            var answers = await Task.WhenAll(refreshing);
            Assert.Equal(HttpStatusCode.OK, (await revoking).Status);

            await BecomesAsync(
                StatusValue.Invalid, [first.AccessToken, .. answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.AccessToken)]);
        }
    }

    [Fact]
    public async Task Another_node_and_one_that_starts_later_say_the_same()
    {
        await using var other = await TestServer.StartAsync(beside: Server);
        var tokens = await _signedIn.TokensAsync(SignedIn.App);
        Assert.Equal(StatusValue.Valid, await StatusReader.StatusAsync(other, tokens.AccessToken));

        await _signedIn.PostAsync("/revoke", SignedIn.App, ("token", tokens.RefreshToken));

        await Eventually.TrueAsync(async () => await StatusReader.StatusAsync(other, tokens.AccessToken) == StatusValue.Invalid, "the other node knows it");
        await using var later = await TestServer.StartAsync(beside: Server);
        Assert.Equal(StatusValue.Invalid, await StatusReader.StatusAsync(later, tokens.AccessToken));
    }

    [Fact]
    public async Task Indexes_are_never_given_twice_nor_in_an_order_that_can_be_guessed()
    {
        await using var other = await TestServer.StartAsync(beside: Server);
        var indexes = Server.Get<IdentityProvider.Server.Status.StatusIndexes>();
        var others = other.Get<IdentityProvider.Server.Status.StatusIndexes>();
        var owner = StatusBlockOwner.Client("machine");

        var given = await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => (i % 2 == 0 ? indexes : others).TakeAsync(owner, "kid", SignedIn.Cancellation).AsTask()));

        Assert.Equal(given.Length, given.Distinct().Count());
        var steps = given.Zip(given.Skip(2), (a, b) => b.Index - a.Index).ToList();
        Assert.True(steps.Distinct().Count() > steps.Count / 4, "the steps from one to the next repeat");
    }

    [Fact]
    public async Task Warm_client_credentials_write_nothing_for_a_token()
    {
        await MachineTokenAsync();
        var before = await BlocksAsync();
        for (var i = 0; i < 150; i++)
            await MachineTokenAsync();
        Assert.Equal(before, await BlocksAsync());
    }

    [Fact]
    public async Task Warm_client_credentials_ask_the_database_nothing()
    {
        // What the start changed is known, so that nothing is forgotten after the first token.
        await Server.Get<TopicWatch>().LookAsync(SignedIn.Cancellation);
        await MachineTokenAsync();
        using var statements = new StatementsOfTrace("Npgsql");
        await MachineTokenAsync();
        Assert.Equal(0, statements.Count);

        // The count works: a question about a token is answered from the database.
        await _signedIn.PostAsync("/introspect", SignedIn.App, ("token", (await _signedIn.TokensAsync(SignedIn.App)).AccessToken));
        Assert.NotEqual(0, statements.Count);
    }

    [Fact]
    public async Task Tens_of_thousands_of_a_client_s_tokens_take_a_handful_of_leases()
    {
        var indexes = Server.Get<IdentityProvider.Server.Status.StatusIndexes>();
        var before = await BlocksAsync();
        for (var i = 0; i < 35_000; i++)
            await indexes.TakeAsync(StatusBlockOwner.Client("machine"), "kid", SignedIn.Cancellation);
        Assert.InRange(await BlocksAsync() - before, 1, 6);
    }

    [Fact]
    public async Task An_expiry_resource_gets_plain_tokens()
    {
        await Server.Get<Resources>().UpdateAsync(
            new Resource
            {
                Identifier = SignedIn.NotesApi, Name = "Notes", Scopes = [new("notes.read"), new("notes.write")], Revocation = RevocationStyle.Expiry,
            },
            Now,
            SignedIn.Cancellation);
        await Server.Get<TopicWatch>().LookAsync(SignedIn.Cancellation);

        var token = (await _signedIn.TokensAsync(SignedIn.App)).AccessToken;

        Assert.Throws<KeyNotFoundException>(() => StatusReader.ReferenceOf(token));
    }

    private Task<StatusValue> StatusAsync(string accessToken) => StatusReader.StatusAsync(Server, accessToken);

    private async Task BecomesAsync(StatusValue value, params IReadOnlyList<string> accessTokens)
    {
        foreach (var token in accessTokens)
            await Eventually.TrueAsync(async () => await StatusAsync(token) == value, $"{StatusReader.ReferenceOf(token)} is {value}");
    }

    private async Task<string> MachineTokenAsync() =>
        (await _signedIn.PostAsync("/token", SignedIn.Machine, ("grant_type", GrantTypes.ClientCredentials))).AccessToken;

    private async Task<int> BlocksAsync()
    {
        await using var database = new Npgsql.NpgsqlConnection(Server.ConnectionString);
        await database.OpenAsync(SignedIn.Cancellation);
        await using var count = new Npgsql.NpgsqlCommand("""SELECT count(*) FROM "StatusBlocks" """, database);
        return (int)(long)(await count.ExecuteScalarAsync(SignedIn.Cancellation))!;
    }
}
