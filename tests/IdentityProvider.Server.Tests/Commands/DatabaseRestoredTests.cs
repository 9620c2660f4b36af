using IdentityProvider.Server.Tests.Pages;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp database restored</c>: who was signed in goes on, or nobody does.</summary>
public sealed class DatabaseRestoredTests : CommandsBesideServer
{
    [Fact]
    public async Task Who_was_signed_in_is_so_still_unless_an_operator_ends_everything()
    {
        var (alice, bob) = (await Server.AddPersonAsync(), await Server.AddPersonAsync());
        using var hers = await SignInAsync(alice);
        using var his = await SignInAsync(bob);
        var app = await AppAccess.OpenAsync(Server, hers);

        var would = await Idp.DoneAsync(["database", "restored", "--end-everything", "--dry-run"]);
        Assert.Equal((2, 1), (would["sessions_ended"]!.GetValue<int>(), would["sign_ins_ended"]!.GetValue<int>()));
        Assert.Equal(0, (await Idp.DoneAsync(["database", "restored"]))["people_signed_out"]!.GetValue<int>());
        Assert.True(await app.IsAliveAsync());
        Assert.Equal("Your account", (await his.OpenAsync("/account")).Heading);

        Assert.Equal(2, (await Idp.DoneAsync(["database", "restored", "--end-everything"]))["people_signed_out"]!.GetValue<int>());
        Assert.False(await app.IsAliveAsync());
        Assert.Equal("Sign in", (await hers.OpenAsync("/account")).Heading);
        Assert.Equal("Sign in", (await his.OpenAsync("/account")).Heading);

        // Nobody is left, and so it is over at once.
        Assert.Equal(0, (await Idp.DoneAsync(["database", "restored", "--end-everything"]))["people_signed_out"]!.GetValue<int>());
    }
}
