using IdentityProvider.Protocol.Status;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Status;

public sealed class StatusCopyTests
{
    [Fact]
    public void Says_from_which_version_to_which_it_went_and_what_really_changed()
    {
        var copy = new StatusCopy(7);

        var first = copy.Apply(5, [Range(10, 3, StatusValue.Invalid)]);
        var second = copy.Apply(9, [Range(8, 4, StatusValue.Invalid), Range(100, 1, StatusValue.Stale)]);

        Assert.Equal((0, 5), (first.Previous, first.Version));
        Assert.Equal([Range(10, 3, StatusValue.Invalid)], first.Ranges);
        Assert.Equal((5, 9), (second.Previous, second.Version));
        Assert.Equal([Range(8, 2, StatusValue.Invalid), Range(100, 1, StatusValue.Stale)], second.Ranges);
    }

    [Fact]
    public void What_is_invalid_is_never_merely_stale_again()
    {
        var copy = new StatusCopy(7);
        copy.Apply(1, [Range(50, 1, StatusValue.Invalid)]);

        var change = copy.Apply(2, [Range(48, 5, StatusValue.Stale)]);

        Assert.Equal(StatusValue.Invalid, copy[50]);
        Assert.Equal([Range(48, 2, StatusValue.Stale), Range(51, 2, StatusValue.Stale)], change.Ranges);
        Assert.Equal([Range(48, 2, StatusValue.Invalid), Range(51, 1, StatusValue.Invalid)], copy.Apply(3, [Range(48, 4, StatusValue.Invalid)]).Ranges);
    }

    [Fact]
    public void Refuses_to_go_back()
    {
        var copy = new StatusCopy(7);
        copy.Apply(2, []);
        Assert.Throws<ArgumentOutOfRangeException>(() => copy.Apply(2, []));
    }

    private static StatusRange Range(int first, int count, StatusValue value) => new(7, first, count, value);
}
