using IdentityProvider.Protocol.Resources;
using IdentityProvider.Protocol.Status;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Status;

public sealed class StatusListTests
{
    private static readonly DateTimeOffset Now = Given.Now;
    private static readonly StatusList List = new(3, Now, StatusList.Size - 100, Now + TimeSpan.FromMinutes(30));

    [Fact]
    public void Gives_no_more_than_it_has_and_nothing_after_a_day()
    {
        Assert.True(List.HasRoom(100, Now));
        Assert.False(List.HasRoom(101, Now));
        Assert.False(List.HasRoom(1, Now + StatusList.OpenFor));
    }

    [Fact]
    public void Retires_when_its_last_token_has_expired_for_every_clock_and_another_is_in_use()
    {
        var end = List.LastTokenExpiresAt + StatusList.Skew;
        Assert.False(List.IsRetired(isNewest: false, end));
        Assert.True(List.IsRetired(isNewest: false, end + TimeSpan.FromTicks(1)));
        Assert.False(List.IsRetired(isNewest: true, end + TimeSpan.FromDays(100)));
    }

    [Fact]
    public void A_block_outlives_the_last_token_that_can_name_it()
    {
        var block = new StatusBlock(1, 0, 10, Now + StatusBlock.UsableFor);
        Assert.Equal(block.UsableUntil + Resource.LongestAccessTokenLifetime, block.LastTokenExpiresAt);
    }

    [Theory]
    [InlineData("https://login.example.com/status/12", 12)]
    [InlineData("https://login.example.com/status/012", null)]
    [InlineData("https://login.example.com/status/+12", null)]
    [InlineData("https://login.example.com/status/", null)]
    [InlineData("https://login.example.com/status/12/", null)]
    [InlineData("https://login.example.com/status/99999999999", null)]
    [InlineData("https://evil.example.com/status/12", null)]
    [InlineData("", null)]
    public void An_address_names_a_list_of_this_issuer_or_none(string uri, int? list) =>
        Assert.Equal(list, StatusReference.ListOrNull("https://login.example.com", uri));
}
