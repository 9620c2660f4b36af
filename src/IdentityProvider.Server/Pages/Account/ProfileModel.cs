using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Users;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What a person sees of their profile.</summary>
/// <param name="FormToken">The antiforgery token.</param>
/// <param name="Shown">The session that the page is shown to.</param>
/// <param name="Version">Stands for what the form was filled with.</param>
/// <param name="Username">Whose it is.</param>
/// <param name="Standing">The claims as they are.</param>
/// <param name="Editable">The fields that they may change.</param>
public sealed record ProfileModel(string FormToken, string Shown, string Version, string Username, JsonObject Standing, IReadOnlyList<string> Editable)
{
    /// <summary>What was typed, where it couldn't be saved; null for what stands.</summary>
    public Parameters? Entered { get; init; }

    /// <summary>The fields to correct, in their order on the page.</summary>
    public IReadOnlyList<ProfileMistake> Mistakes { get; init; } = [];

    /// <summary>Whether it was just saved.</summary>
    public bool IsSaved { get; init; }

    /// <summary>Whether somebody changed it since the form was shown.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>What a field shows.</summary>
    public string? TextOf(string field) => Entered is null ? ProfileRules.TextOf(Standing, field) : Entered[field];

    /// <summary>What stands in a field instead of what was typed; null where nobody changed it meanwhile.</summary>
    public string? OtherTextOf(string field) =>
        IsOutdated && Entered is not null && ProfileRules.Entered(Entered, field) != ProfileRules.TextOf(Standing, field) ? ProfileRules.TextOf(Standing, field) ?? "" : null;

    /// <summary>What is wrong with a field, as the key of its text; null where nothing is.</summary>
    public string? MistakeIn(string field) => Mistakes.FirstOrDefault(mistake => mistake.Field == field) is { } found ? KeyOf(found.Mistake) : null;

    /// <summary>The key of the text that says it.</summary>
    public static string KeyOf(ClaimMistake mistake) => mistake switch
    {
        ClaimMistake.TooLong => "Profile.TooLong",
        ClaimMistake.NotUrl => "Profile.NotUrl",
        ClaimMistake.NotDate => "Profile.NotDate",
        ClaimMistake.NotZone => "Profile.NotZone",
        ClaimMistake.NotLanguage => "Profile.NotLanguage",
        ClaimMistake.NotPhone => "Profile.NotPhone",
        _ => "Profile.NotPlain",
    };

    /// <summary>The key of a field's label.</summary>
    public static string LabelOf(string field) => FindLabel(field) ?? throw new InvalidOperationException($"'{field}' is no field of a profile.");

    /// <summary>The key of what people call a claim; null where they have no word for it.</summary>
    public static string? LabelOfClaim(string claim) => claim switch
    {
        "email" or "email_verified" => "Profile.Email",
        "phone_number_verified" => "Profile.Phone",
        "address" => "Profile.AddressGroup",
        _ => FindLabel(claim),
    };

    private static string? FindLabel(string field) => field switch
    {
        "name" => "Profile.Name",
        "given_name" => "Profile.GivenName",
        "middle_name" => "Profile.MiddleName",
        "family_name" => "Profile.FamilyName",
        "nickname" => "Profile.Nickname",
        "gender" => "Profile.Gender",
        "birthdate" => "Profile.Birthdate",
        "picture" => "Profile.Picture",
        "profile" => "Profile.ProfilePage",
        "website" => "Profile.Website",
        "locale" => "Profile.Locale",
        "zoneinfo" => "Profile.Zone",
        "phone_number" => "Profile.Phone",
        "address.street_address" => "Profile.Street",
        "address.locality" => "Profile.Locality",
        "address.region" => "Profile.Region",
        "address.postal_code" => "Profile.PostalCode",
        "address.country" => "Profile.Country",
        _ => null,
    };
}
