using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Registration;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>RFC 7591 §2.2: what people are shown of a client, in their languages.</summary>
public sealed class ClientLanguagesTests
{
    private const string Whole = """
        {"redirect_uris":["https://app.example/cb"],
         "client_name":"Notes","client_name#de":"Notizen","client_name#de-CH":"Notize","client_name#pt-BR":"Notas","client_name#ja":"ノート",
         "logo_uri":"https://app.example/logo.png","logo_uri#ar":"https://app.example/logo-ar.png","client_uri#de":"https://app.example/de",
         "policy_uri":"https://app.example/privacy","policy_uri#de":"https://app.example/datenschutz","tos_uri#de":"https://app.example/agb"}
        """;

    [Theory]
    [InlineData("en", "Notes")]
    [InlineData("de", "Notizen")]
    [InlineData("DE", "Notizen")]
    [InlineData("de-ch", "Notize")]
    [InlineData("de-AT", "Notizen")]
    [InlineData("pt", "Notas")]
    [InlineData("ja", "ノート")]
    [InlineData("d", "Notes")]
    public void A_reader_is_shown_their_language_or_a_dialect_of_it_and_else_what_has_none(string language, string name) =>
        Assert.Equal(name, Allowed(Whole).In(language).ClientName);

    [Fact]
    public void Each_member_is_chosen_for_itself()
    {
        var german = Allowed(Whole).In("de");
        Assert.Equal(
            ("https://app.example/logo.png", "https://app.example/de", "https://app.example/datenschutz", "https://app.example/agb"),
            (german.LogoUri, german.ClientUri, german.PolicyUri, german.TosUri));
        var arabic = Allowed(Whole).In("ar");
        Assert.Equal(("https://app.example/logo-ar.png", null, "https://app.example/privacy", null), (arabic.LogoUri, arabic.ClientUri, arabic.PolicyUri, arabic.TosUri));
    }

    [Theory]
    [InlineData("client_name#de", true)]
    [InlineData("tos_uri#pt-BR", true)]
    [InlineData("client_name#", false)]
    [InlineData("client_name", false)]
    [InlineData("scope#de", false)]
    [InlineData("client_name#d!", false)]
    [InlineData("client_name#1-de", false)]
    public void A_document_says_which_members_have_a_language(string name, bool has) => Assert.Equal(has, System.Text.RegularExpressions.Regex.IsMatch(name, ClientLanguages.NamePattern));

    [Fact]
    public void What_is_kept_is_what_was_written_and_is_read_again()
    {
        var client = Allowed(Whole);
        var written = JsonSerializer.SerializeToNode(ClientMetadata.Of(client), ClientMetadataJson.Default.ClientMetadata)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(Whole)!.AsObject())
            Assert.True(JsonNode.DeepEquals(value, written[name]), name);
        Assert.Equal(client.Localized, ClientMetadataRules.Restore(written.Deserialize(ClientMetadataJson.Default.ClientMetadata)!)!.Localized);
    }

    [Theory]
    [InlineData("""{"client_name#ja":"ノート","client_name#en":"Notes"}""", "Notes")]
    [InlineData("""{"client_name#ja":"ノート","client_name#fr":"Notes en français"}""", "Notes en français")]
    [InlineData("""{"client_name":null,"client_name#ja":"ノート","client_name#de":null}""", "ノート")]
    public void Who_has_a_name_in_languages_alone_is_called_by_one_of_them(string members, string name) => Assert.Equal(name, Allowed(With(members)).ClientName);

    [Theory]
    [InlineData("""{"client_name#":"x"}""", "client_name")]
    [InlineData("""{"client_name#d_e":"x"}""", "client_name")]
    [InlineData("""{"client_name#4e":"x"}""", "client_name")]
    [InlineData("""{"client_name#de-":"x"}""", "client_name")]
    [InlineData("""{"client_name#abcdefghi":"x"}""", "client_name")]
    [InlineData("""{"client_name#de\n":"x"}""", "client_name")]
    [InlineData("""{"client_name#de":"x","client_name#DE":"y"}""", "client_name")]
    [InlineData("""{"client_name#de":1}""", "client_name")]
    [InlineData("""{"client_name":"x","client_name#de":" "}""", "client_name#de")]
    [InlineData("""{"client_name":"x","client_name#de":"\u202Eeman"}""", "client_name#de")]
    [InlineData("""{"policy_uri#de":"javascript:alert(1)"}""", "policy_uri#de")]
    [InlineData("""{"tos_uri#de":"http://app.example/agb"}""", "tos_uri#de")]
    [InlineData("""{"client_uri#de":"app.example"}""", "client_uri#de")]
    [InlineData("""{"logo_uri#de":"https://app.example/de.png"}""", "logo_uri#de")]
    [InlineData("""{"logo_uri":"https://app.example/l.png","logo_uri#de":"https://evil.example/de.png"}""", "logo_uri#de")]
    [InlineData("""{"redirect_uris#de":["https://app.example/cb"]}""", "redirect_uris#de")]
    [InlineData("""{"scope#de":"openid"}""", "scope#de")]
    [InlineData("""{"localized":{"client_name#de":"x"}}""", "localized")]
    public void Names_the_member_to_correct(string members, string member) => Assert.Equal(member, Refused(With(members)).Member);

    [Fact]
    public void Takes_fifty_members_with_a_language_and_no_more()
    {
        string Names(int count) => new JsonObject(Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"client_name#de-x{i}", (JsonNode?)"x"))).ToJsonString();
        Assert.Equal(50, Allowed(With(Names(50))).Localized.Count);
        Assert.Equal("client_name", Refused(With(Names(51))).Member);
    }

    [Fact]
    public void What_a_statement_says_is_not_said_otherwise_in_a_language()
    {
        var request = ((Validated<RegistrationRequest>.Valid)RegistrationRequest.Read(Encoding.UTF8.GetBytes(Whole))).Value;
        using var claims = JsonDocument.Parse("""{"client_name":"Stated","client_name#fr":"Dit"}""");
        var asked = ((Validated<ClientMetadata>.Valid)request.Asked(claims.RootElement)).Value;
        Assert.Equal("Stated", asked.ClientName);
        Assert.Equal(["client_name#fr", "client_uri#de", "logo_uri#ar", "policy_uri#de", "tos_uri#de"], asked.Localized!.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_an_operator_called_a_client_it_is_called_in_every_language()
    {
        var standing = Allowed(With("""{"client_name":"Checked","client_name#fr":"Vu"}""")) with { OperatorMembers = ["client_name", "client_name#fr"] };
        var asked = OperatorMembers.Over(Read(Whole), standing);
        Assert.Equal("Checked", asked.ClientName);
        Assert.Equal(["client_name#fr", "client_uri#de", "logo_uri#ar", "policy_uri#de", "tos_uri#de"], asked.Localized!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["client_name", "client_name#de"], OperatorMembers.Changed(Allowed(With("{}")), Allowed(With("""{"client_name":"A","client_name#de":"B"}"""))));
    }

    private static string With(string members)
    {
        var metadata = JsonNode.Parse(members)!.AsObject();
        metadata["redirect_uris"] = new JsonArray("https://app.example/cb");
        return metadata.ToJsonString();
    }

    private static ClientMetadata Read(string json) => ((Validated<ClientMetadata>.Valid)MetadataJson.Read(Encoding.UTF8.GetBytes(json), ClientMetadataJson.Default.ClientMetadata)).Value;

    private static Client Allowed(string json) => ((Validated<Client>.Valid)ClientMetadataRules.Decide(Read(json), "app", [])).Value;

    private static MetadataError Refused(string json) => MetadataJson.Read(Encoding.UTF8.GetBytes(json), ClientMetadataJson.Default.ClientMetadata) switch
    {
        Validated<ClientMetadata>.Valid { Value: var metadata } => ((Validated<Client>.Invalid)ClientMetadataRules.Decide(metadata, "app", [])).Error,
        var unread => ((Validated<ClientMetadata>.Invalid)unread).Error,
    };
}
