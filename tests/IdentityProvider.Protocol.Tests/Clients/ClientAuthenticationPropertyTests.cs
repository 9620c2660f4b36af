using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Jose;
using IdentityProvider.Protocol.Clients;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Clients;

/// <summary>Whatever a request says of its client, it is read or refused, and what was written comes out as it went in.</summary>
public sealed class ClientAuthenticationPropertyTests
{
    private static readonly SigningKey Key = SigningKey.Generate(SignatureAlgorithm.ES256);

    private static readonly Client Client = Given.Client() with
    {
        TokenEndpointAuthMethod = ClientAuthenticationMethod.PrivateKeyJwt,
        Jwks = ClientKeySet.Parse(new JsonWebKeySet([Key.PublicKey]).ToUtf8Bytes(), out _),
    };

    [Fact]
    public void Every_identifier_and_secret_that_a_library_encodes_is_read_as_it_was() =>
        Prop.ForAll<NonEmptyString, NonNull<string>>((id, secret) =>
        {
            if (!IsText(id.Get) || !IsText(secret.Get))
                return;
            var client = Given.ConfidentialClient() with { ClientId = id.Get, Secrets = [Given.SecretOf(secret.Get)] };
            var presented = Given.Allowed(ClientAuthenticationRules.Read(Basic($"{Uri.EscapeDataString(id.Get)}:{Uri.EscapeDataString(secret.Get)}"), Parameters.None));
            Assert.Equal(id.Get, Given.Allowed(ClientAuthenticationRules.Decide(presented, client, Given.Now)).ClientId);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_header_is_too_strange_to_be_refused() =>
        Prop.ForAll<string>(text =>
        {
            foreach (var header in new[] { text, "Basic " + text, Basic(text ?? "") })
                _ = ClientAuthenticationRules.Read(header, Parameters.None).Try(out _, out _);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_assertion_is_too_strange_to_be_refused() =>
        Prop.ForAll<string, string>((header, payload) =>
        {
            foreach (var assertion in new[] { header, $"{Encode(header)}.{Encode(payload)}.AAAA", Jws.Sign(Key, "JWT", Encoding.UTF8.GetBytes(payload ?? "")) })
                Assert.False(Read(assertion ?? "").Try(out _, out _));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_character_of_an_assertion_may_change() =>
        Prop.ForAll<int, char>((at, other) =>
        {
            var claims = $$"""{"iss":"app","sub":"app","aud":"{{Given.Issuer}}","jti":"1","exp":{{NumericDate.From(Given.Now.AddMinutes(1))}}}""";
            var assertion = Jws.Sign(Key, "JWT", Encoding.UTF8.GetBytes(claims)).ToCharArray();
            var place = Math.Abs(at % assertion.Length);
            if (assertion[place] == other)
                return;
            assertion[place] = other;
            Assert.False(Read(new string(assertion)).Try(out var presented, out _)
                && ClientAssertionRules.Decide(presented, Client, Client.Jwks!.Verification, [Given.Issuer], Given.Now).Try(out _, out _));
        }).QuickCheckThrowOnFailure();

    private static Decision<PresentedClient> Read(string assertion) => ClientAuthenticationRules.Read(
        null, Given.Parameters($"client_assertion_type={ClientAssertionRules.AssertionType}&client_assertion={(IsText(assertion) ? Uri.EscapeDataString(assertion) : "x")}"));

    // Half a pair of surrogates can't be encoded, and of control characters no form takes but three.
    private static bool IsText(string text) => text.All(c => !char.IsSurrogate(c) && (c >= ' ' || c is '\t' or '\r' or '\n') && c != '\x7F');

    private static string Encode(string? text) => CanonicalBase64Url.Encode(Encoding.UTF8.GetBytes(text ?? ""));

    private static string Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
}
