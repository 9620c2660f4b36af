using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Logout;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Logout;

public sealed class FrontChannelLogoutTests
{
    [Fact]
    public void Each_address_is_framed_once_with_issuer_and_session()
    {
        var sid = Given.SessionId.ToString("N");
        Assert.Equal(
            [$"https://a.example/out?iss=https%3A%2F%2Fissuer.example&sid={sid}", $"https://b.example/out?tenant=1&iss=https%3A%2F%2Fissuer.example&sid={sid}"],
            Frames("https://a.example/out", null, "https://b.example/out?tenant=1", "https://a.example/out"));
    }

    [Fact]
    public void A_page_holds_so_many_frames_and_no_more() =>
        Assert.Equal(FrontChannelLogout.MostFrames, Frames([.. Enumerable.Range(0, 80).Select(i => $"https://{i}.example/")]).Count);

    private static IReadOnlyList<string> Frames(params string?[] uris) => FrontChannelLogout.Frames(
        uris.Select(uri => new Client { ClientId = "c", ClientName = "C", FrontchannelLogoutUri = uri }), "https://issuer.example", Given.SessionId);
}
