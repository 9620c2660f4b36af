using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Upstream;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Storage;

public abstract class UpstreamsContract : StorageContract
{
    private const string Issuer = "https://login.example";

    [Fact]
    public async Task Gives_back_what_was_written_with_its_sealed_secret()
    {
        await using var storage = await NewAsync();
        var upstreams = storage.Get<Upstreams>();
        Assert.True(await upstreams.AddAsync(new(Upstream("example"), Hash(1))));
        Assert.False(await upstreams.AddAsync(new(Upstream("example") with { Issuer = "https://other.example" }, null)));
        Assert.False(await upstreams.AddAsync(new(Upstream("other"), null)));
        Assert.True(await upstreams.AddAsync(new(Upstream("a") with { Issuer = Issuer + "/" }, null)));

        var (kept, secret) = (await upstreams.FindAsync("example"))!;
        Assert.Equivalent(Upstream("example"), kept);
        Assert.Equal(Hash(1), secret);
        Assert.Equal(["a", "example"], (await upstreams.ListAsync()).Select(u => u.Name));
        Assert.Equal(["example"], (await upstreams.ListAsync("a", 10)).Select(u => u.Name));
        Assert.Null(await upstreams.FindAsync("Example"));
        Assert.Null(await upstreams.FindAsync("a\0"));

        Assert.Equal(Replaced.Done, await upstreams.ReplaceAsync(new(kept with { Enabled = false }, null), new(kept, secret)));
        Assert.False((await upstreams.FindAsync("example"))!.Provider.Enabled);
        Assert.Equal(Replaced.Changed, await upstreams.ReplaceAsync(new(kept, secret), new(kept, secret)));
        Assert.Equal(Replaced.Unknown, await upstreams.ReplaceAsync(new(kept with { Issuer = "https://moved.example" }, null), new(kept, null)));
        Assert.True(await upstreams.DeleteAsync("example"));
        Assert.False(await upstreams.DeleteAsync("example"));
    }

    [Fact]
    public async Task A_logout_there_ends_the_sessions_that_came_from_it_and_no_other()
    {
        await using var storage = await NewAsync();
        var ofOne = Given.Session() with { Upstream = new(Issuer, "ada", "s1") };
        var ofTwo = Given.Session() with { Upstream = new(Issuer, "ada", "s2") };
        var withoutSid = Given.Session() with { Upstream = new(Issuer, "ada", null) };
        var ofAnother = Given.Session() with { Upstream = new(Issuer, "Ada", "s3") };
        var elsewhere = Given.Session() with { Upstream = new("https://other.example", "ada", "s1") };
        var local = Given.Session();
        var sessions = new[] { ofOne, ofTwo, withoutSid, ofAnother, elsewhere, local };
        for (var i = 0; i < sessions.Length; i++)
            await storage.Sessions.AddAsync(sessions[i], Hash(i + 1));
        await storage.Codes.AddAsync(Hash(10), Given.Code(ofOne));
        var family = Given.Family(ofOne);
        Assert.True(await storage.Codes.RedeemAsync(Hash(10), family, null, Given.Now));

        Assert.Equal(0, await storage.Sessions.EndUpstreamAsync(Issuer, null, null, null, Given.Now));
        Assert.Equal(0, await storage.Sessions.EndUpstreamAsync(Issuer, "eve", "s1", null, Given.Now));
        Assert.Equal(1, await storage.Sessions.EndUpstreamAsync(Issuer, "ada", "s1", null, Given.Now));
        Assert.NotNull((await storage.Families.FindAsync(family.FamilyId))!.EndedAt);
        Assert.Equal(1, await storage.Sessions.EndUpstreamAsync(Issuer, null, "s2", null, Given.Now));
        Assert.Equal(0, await storage.Sessions.EndUpstreamAsync(Issuer, "ada", null, withoutSid.SessionId, Given.Now));
        Assert.Equal(1, await storage.Sessions.EndUpstreamAsync(Issuer, "ada", null, null, Given.Now));
        foreach (var other in new[] { ofAnother, elsewhere, local })
            Assert.Null((await storage.Sessions.FindAsync(other.SessionId))!.EndedAt);
    }

    [Fact]
    public async Task A_session_from_elsewhere_stays_one_when_its_person_proves_more_here()
    {
        await using var storage = await NewAsync();
        var session = Given.Session() with { Upstream = new(Issuer, "ada", "s1") };
        await storage.Sessions.AddAsync(session, Hash(1));
        Assert.True(await storage.Sessions.ReauthenticateAsync(session with { Upstream = null }, Hash(2)));
        Assert.Equal(session.Upstream, (await storage.Sessions.FindAsync(session.SessionId))!.Upstream);
        Assert.True(await storage.Sessions.ReauthenticateAsync(session with { Upstream = new(Issuer, "ada", null) }, Hash(3)));
        Assert.Equal(new UpstreamSession(Issuer, "ada", null), (await storage.Sessions.FindAsync(session.SessionId))!.Upstream);
    }

    internal static UpstreamProvider Upstream(string name) => new()
    {
        Name = name,
        Issuer = Issuer,
        ClientId = "us",
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
        Scope = ScopeSet.Of(["openid", "email"]),
        Label = "Größer",
        Claims = new Dictionary<string, string> { ["name"] = "display_name" },
        Create = UpstreamCreation.Always,
        EmailDomains = ["example.com"],
        TrustedAmr = ["mfa"],
        Logout = UpstreamLogout.Always,
    };
}
