using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Users;

/// <summary>What people may change of themselves, and what they can't however they try.</summary>
public sealed class ProfileRulesTests
{
    private static readonly HashSet<string> Zones = new(StringComparer.Ordinal) { "Europe/Paris" };
    private static readonly DateTimeOffset Now = Given.Now;

    private static JsonObject Standing => JsonNode.Parse(
        """
        {"name":"Alice","phone_number":"+33 1 23 45 67","phone_number_verified":true,"email":"alice@example.com","email_verified":false,"updated_at":5,
         "address":{"formatted":"1 Road\nParis","street_address":"1 Road","locality":"Paris"}}
        """)!.AsObject();

    [Fact]
    public void Writes_what_changed_and_when_and_leaves_the_rest()
    {
        var changed = Changed(Filled(("given_name", " Alicia "), ("name", "Alicia Ä")));
        Assert.Equal(["name", "given_name"], ProfileRules.ChangesOf(Standing, changed.Claims));
        Assert.Equal(("Alicia Ä", "Alicia", Now.ToUnixTimeSeconds()), (Text(changed, "name"), Text(changed, "given_name"), changed.Claims["updated_at"]!.GetValue<long>()));
        Assert.True(changed.Claims["phone_number_verified"]!.GetValue<bool>());
        Assert.Equal("1 Road\nParis", changed.Claims["address"]!["formatted"]!.GetValue<string>());
        Assert.IsType<ProfileDecision.Same>(Decide(Filled()));
    }

    [Fact]
    public void A_field_that_is_empty_takes_the_claim_away()
    {
        var changed = Changed(Filled(("name", "  "), ("phone_number", ""), ("address.street_address", ""), ("address.locality", "")));
        Assert.Equal(["email", "email_verified", "updated_at"], changed.Claims.Select(claim => claim.Key));
    }

    [Fact]
    public void A_new_number_is_one_that_nobody_checked()
    {
        var changed = Changed(Filled(("phone_number", "+33 1 99 99 99")));
        Assert.False(changed.Claims["phone_number_verified"]!.GetValue<bool>());
    }

    [Fact]
    public void An_address_that_changed_in_parts_is_not_told_whole_as_it_was()
    {
        var changed = Changed(Filled(("address.street_address", "2 Road\r\n3rd floor"), ("address.country", "FR")));
        Assert.Equal("""{"street_address":"2 Road\n3rd floor","locality":"Paris","country":"FR"}""", changed.Claims["address"]!.ToJsonString());
    }

    [Theory]
    [InlineData("email", "eve@example.com")]
    [InlineData("email_verified", "true")]
    [InlineData("phone_number_verified", "false")]
    [InlineData("preferred_username", "root")]
    [InlineData("sub", "1")]
    [InlineData("roles", "admin")]
    [InlineData("groups", "admin")]
    [InlineData("updated_at", "1")]
    [InlineData("address", "{}")]
    [InlineData("address.formatted", "nowhere")]
    [InlineData("Claims", "{}")]
    [InlineData("DisabledAt", "")]
    public void What_is_no_field_of_the_form_changes_nothing(string name, string value) =>
        Assert.IsType<ProfileDecision.Same>(Decide(Filled((name, value))));

    [Fact]
    public void A_claim_that_the_operator_keeps_is_not_changed()
    {
        string[] editable = ["nickname"];
        Assert.IsType<ProfileDecision.Same>(Decide(Filled(editable, ("name", "Mallory")), editable));
        var changed = Assert.IsType<ProfileDecision.Changed>(Decide(Filled(editable, ("name", "Mallory"), ("nickname", "Mal")), editable));
        Assert.Equal(("Alice", "Mal"), (Text(changed, "name"), Text(changed, "nickname")));
    }

    [Fact]
    public void Nothing_that_somebody_wrote_meanwhile_is_lost()
    {
        var form = Filled(("name", "Alicia"));
        var meanwhile = Standing;
        meanwhile["nickname"] = "Al";
        Assert.IsType<ProfileDecision.ChangedMeanwhile>(ProfileRules.Decide(form, meanwhile, ProfileRules.Editable, Zones, Now));

        // Nor does a page of before the operator let more be changed take away what it didn't show.
        Assert.IsType<ProfileDecision.ChangedMeanwhile>(Decide(Filled(["nickname"], ("nickname", "Al"))));
        Assert.IsType<ProfileDecision.ChangedMeanwhile>(Decide(Given.Parameters("name=Alicia")));
    }

    [Theory]
    [InlineData("name", "a\u202Eb", ClaimMistake.NotPlain)]
    [InlineData("name", "a\tb", ClaimMistake.NotPlain)]
    [InlineData("nickname", "a\u2066b", ClaimMistake.NotPlain)]
    [InlineData("gender", "a\u0085b", ClaimMistake.NotPlain)]
    [InlineData("website", "javascript:alert(1)", ClaimMistake.NotUrl)]
    [InlineData("website", "http://example.com/", ClaimMistake.NotUrl)]
    [InlineData("profile", "data:text/html,x", ClaimMistake.NotUrl)]
    [InlineData("picture", "//evil.example/a.png", ClaimMistake.NotUrl)]
    [InlineData("picture", "https://user:pw@example.com/", ClaimMistake.NotUrl)]
    [InlineData("picture", "https://example.com/\"><script>", ClaimMistake.NotUrl)]
    [InlineData("birthdate", "1990-02-30", ClaimMistake.NotDate)]
    [InlineData("birthdate", "21.5.1990", ClaimMistake.NotDate)]
    [InlineData("birthdate", "0000", ClaimMistake.NotDate)]
    [InlineData("zoneinfo", "Mars/Olympus", ClaimMistake.NotZone)]
    [InlineData("zoneinfo", "../../etc/passwd", ClaimMistake.NotZone)]
    [InlineData("locale", "no language", ClaimMistake.NotLanguage)]
    [InlineData("locale", "x", ClaimMistake.NotLanguage)]
    [InlineData("phone_number", "call me", ClaimMistake.NotPhone)]
    [InlineData("phone_number", "12", ClaimMistake.NotPhone)]
    [InlineData("address.street_address", "1 Road\n\u202E", ClaimMistake.NotPlain)]
    [InlineData("address.country", "A\nB", ClaimMistake.NotPlain)]
    public void Names_the_field_to_correct(string field, string text, ClaimMistake mistake) =>
        Assert.Equal([new ProfileMistake(field, mistake)], Assert.IsType<ProfileDecision.Refused>(Decide(Filled((field, text)))).Mistakes);

    [Fact]
    public void Names_all_of_them_in_the_forms_order()
    {
        var refused = Assert.IsType<ProfileDecision.Refused>(Decide(Filled(("address.country", new string('x', 501)), ("name", new string('x', 501)), ("website", "x"))));
        Assert.Equal([new("name", ClaimMistake.TooLong), new("website", ClaimMistake.NotUrl), new ProfileMistake("address.country", ClaimMistake.TooLong)], refused.Mistakes);
    }

    [Theory]
    [InlineData("birthdate", "1990-05-21")]
    [InlineData("birthdate", "0000-02-29")]
    [InlineData("birthdate", "1990")]
    [InlineData("zoneinfo", "Europe/Paris")]
    [InlineData("locale", "pt-BR")]
    [InlineData("locale", "zh_Hant")]
    [InlineData("phone_number", "+1 (604) 555-1234;ext=5678")]
    [InlineData("website", "https://example.com/~alice?a=b")]
    [InlineData("name", "محمد عبد الله")]
    [InlineData("name", "<script>alert(1)</script>")]
    [InlineData("address.street_address", "1 Road\n\n2nd floor")]
    public void Takes_what_people_have(string field, string text) =>
        Assert.Equal(text, ProfileRules.TextOf(Changed(Filled((field, text))).Claims, field));

    /// <summary>What stands though a rule of today would refuse it doesn't keep its owner from changing another field.</summary>
    [Fact]
    public void What_stands_already_is_left_as_it_is()
    {
        var standing = new JsonObject { ["zoneinfo"] = "Old/Zone", ["phone_number"] = "call me" };
        var form = Given.Parameters($"version={ProfileRules.VersionOf(standing, ProfileRules.Editable)}&zoneinfo=Old/Zone&phone_number=call+me&name=A");
        Assert.Equal(["name"], ProfileRules.ChangesOf(standing, Assert.IsType<ProfileDecision.Changed>(ProfileRules.Decide(form, standing, ProfileRules.Editable, Zones, Now)).Claims));
    }

    private static ProfileDecision Decide(Parameters form, IReadOnlyCollection<string>? editable = null) =>
        ProfileRules.Decide(form, Standing, editable ?? ProfileRules.Editable, Zones, Now);

    private static ProfileDecision.Changed Changed(Parameters form) => Assert.IsType<ProfileDecision.Changed>(Decide(form));

    private static Parameters Filled(params (string Name, string Value)[] edits) => Filled(ProfileRules.Editable, edits);

    /// <summary>The form as the page fills it, but for these.</summary>
    private static Parameters Filled(IReadOnlyCollection<string> editable, params (string Name, string Value)[] edits)
    {
        var fields = ProfileRules.FieldsOf(editable).ToDictionary(field => field, field => ProfileRules.TextOf(Standing, field) ?? "");
        fields["version"] = ProfileRules.VersionOf(Standing, editable);
        foreach (var (name, value) in edits)
            fields[name] = value;
        return Given.Parameters(string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Key)}={Uri.EscapeDataString(field.Value)}")));
    }

    private static string? Text(ProfileDecision.Changed changed, string claim) => ProfileRules.TextOf(changed.Claims, claim);
}
