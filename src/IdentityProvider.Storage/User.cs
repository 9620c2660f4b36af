using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Accounts;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Storage;

/// <summary>An account, by ASP.NET Core Identity, with what OpenID Connect says of a person beside it.</summary>
public sealed class User : IdentityUser<Guid>
{
    private string _claims = "{}";

    /// <summary>
    /// The standard claims (OpenID Connect Core §5.1) as one JSON object, by their wire names. Whoever sets them sets with them what people are found
    /// by; a row that is read has both already.
    /// </summary>
    public string Claims
    {
        get => _claims;
        set
        {
            _claims = value;
            (NormalizedName, NormalizedFamilyName) = SearchName.OfPerson(value);
        }
    }

    /// <summary>The person's name as it is looked for; null where none is known.</summary>
    public string? NormalizedName { get; private set; }

    /// <summary>Their family name likewise.</summary>
    public string? NormalizedFamilyName { get; private set; }

    /// <summary>What the person is called, by their claims; null where that isn't known.</summary>
    public string? PersonName => SearchName.PersonIn(JsonNode.Parse(Claims)!.AsObject());

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When an operator disabled the account; null while it may sign in.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>How often what roles and groups they have was changed. Counted by those changes alone: whoever saves the account leaves it as it is.</summary>
    public int RoleChanges { get; init; }

    public bool IsDisabled => DisabledAt is not null;

    /// <summary>
    /// The one way to set a person's e-mail address: in the columns by which people are found, and in the claims that clients get. Whoever saves the
    /// account writes both by one statement.
    /// </summary>
    /// <param name="address">The address; null for none.</param>
    /// <param name="isVerified">Whether it was shown to be theirs, or an operator vouches for it.</param>
    /// <param name="now">The moment, for <c>updated_at</c>; null leaves that as it is.</param>
    public void SetEmail(string? address, bool isVerified, DateTimeOffset? now)
    {
        var claims = JsonNode.Parse(Claims)!.AsObject();
        claims.Remove("email");
        claims.Remove("email_verified");
        if (address is not null)
        {
            claims["email"] = address;
            claims["email_verified"] = isVerified;
        }

        if (now is { } moment)
            claims["updated_at"] = moment.ToUnixTimeSeconds();
        Claims = claims.ToJsonString();
        Email = address;
        NormalizedEmail = address is null ? null : EmailAddress.NormalizedOf(address);
        EmailConfirmed = address is not null && isVerified;
    }
}

/// <summary>A role, by ASP.NET Core Identity.</summary>
public sealed class Role : IdentityRole<Guid>
{
    /// <summary>Whether who has it, by themselves or by a group, signs in with a second factor.</summary>
    public bool RequireMfa { get; set; }
}
