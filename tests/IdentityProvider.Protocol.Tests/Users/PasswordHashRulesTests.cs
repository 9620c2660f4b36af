using System.Buffers.Binary;
using IdentityProvider.Protocol.Users;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Users;

/// <summary>Hashes that come from other systems. The vectors of passlib are its documentation's; the others were made by Python's hashlib.</summary>
public sealed class PasswordHashRulesTests
{
    private const string Password = "a lighthouse tune";

    private const string KeycloakSha512 =
        """{"type":"password","secretData":"{\"value\":\"WBhTOFUNM7XWLUqnc0lmKMvJx+RM59TXjAYBamsjK/Dlevl30UADdxbRn5rnIlSijt6LPl44C56T2zu+kvMJDw==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":210000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{}}"}""";

    private const string KeycloakSha256 =
        """{"id":"4711","type":"password","createdDate":1700000000000,"secretData":"{\"value\":\"azybQFqih7Jb/b/+NZuM5aHSp+VBzb/MBjzmY6FfomjvQOb9Yp5568fZr8e83PEsfykYKvu8tD0jSB/B/N34og==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\",\"additionalParameters\":{}}","credentialData":"{\"hashIterations\":27500,\"algorithm\":\"pbkdf2-sha256\",\"additionalParameters\":{}}"}""";

    private const string KeycloakSha1 =
        """{"secretData":"{\"value\":\"FU8gAzwklPMcpywkltMc+ejO1cKynGw7s58wCxS1pi49iUCS/yf+7Wc5OiLy024m/gcR22ORMBqY2TSgJ91N5w==\",\"salt\":\"AAECAwQFBgcICQoLDA0ODw==\"}","credentialData":"{\"hashIterations\":20000,\"algorithm\":\"pbkdf2\"}"}""";

    [Theory]
    [InlineData("$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M", "password")]
    [InlineData("$pbkdf2-sha512$25000$AAECAwQFBgcICQoLDA0ODw$tSy12Fzwphu2XfWzVN82htBjQAQyQuxVt/PQq2EglhXF0Z7RrG4JsJgotXuogUraYaZJ9LrpxLsdEo5LlkK21w", Password)]
    [InlineData("$pbkdf2$29000$AAECAwQFBgcICQoLDA0ODw$cso6hT/dJ.lYSTc1lry8QRq44kE", Password)]
    [InlineData("pbkdf2_sha256$260000$Qm9hdHN3YWlu2024xyzAB$b0YC2QXOUOUaus8plljpjIHpaIZVCl8GOG+K9ejG7Jw=", Password)]
    [InlineData("pbkdf2_sha1$15000$saltysalt123$20uwCJ2G8vxLLgSucA2OSrtizFw=", Password)]
    [InlineData(KeycloakSha512, Password)]
    [InlineData(KeycloakSha256, Password)]
    [InlineData(KeycloakSha1, Password)]
    public void Keeps_a_PBKDF2_of_another_system_in_one_form_that_verifies_its_password_alone(string given, string password)
    {
        var kept = Assert.IsType<Validated<string>.Valid>(PasswordHashRules.Read(given)).Value;
        var hash = Pbkdf2Hash.Parse(kept);
        Assert.NotNull(hash);
        Assert.Equal(kept, hash.ToString());
        Assert.True(kept.Length < 300);
        Assert.True(hash.Verify(password));
        Assert.False(hash.Verify(password + " "));
        Assert.False(hash.Verify(""));
    }

    [Theory]
    [InlineData("AAABAgMEBQYHCAkKCwwNDg+U2NTxYJVSYMDfv2J1tA/6EVBGTFd3zkCTJXKaekYkaA==", 0)]
    [InlineData("AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg9zqsfd9ke1Ev4gXTajXbP+8ngCjNXXa18xZdLY1rYwCw==", 4500)]
    [InlineData("AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/q3rysaOAvFsp3Y2eQhMXvEu3wtOljUXx8Syb9oXeqwA==", 100_000)]
    public void Keeps_the_forms_of_Identity_as_they_are(string given, int work)
    {
        Assert.Equal(given, Assert.IsType<Validated<string>.Valid>(PasswordHashRules.Read(given + "\n")).Value);
        Assert.Equal(work, PasswordHashRules.WorkOf(given));
    }

    [Theory]
    [InlineData("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "bcrypt")]
    [InlineData("bcrypt_sha256$$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "bcrypt")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$aGFzaA", "argon2")]
    [InlineData("argon2$argon2id$v=19$m=102400,t=2,p=8$c29tZXNhbHQ$aGFzaA", "argon2")]
    [InlineData("$scrypt$ln=17,r=8,p=1$c29tZXNhbHQ$aGFzaA", "scrypt")]
    [InlineData("""{"secretData":"{\"value\":\"aGFzaA==\",\"salt\":\"c2FsdA==\"}","credentialData":"{\"hashIterations\":5,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"]}}"}""", "argon2")]
    public void Says_of_what_the_framework_can_not_verify_what_it_is(string given, string function)
    {
        var error = Assert.IsType<Validated<string>.Invalid>(PasswordHashRules.Read(given)).Error;
        Assert.Equal("password_hash", error.Member);
        Assert.Contains(function, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("hunter2")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99")]
    [InlineData("$pbkdf2-sha256$999$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("$pbkdf2-sha256$2000001$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("$pbkdf2-sha256$4294967295$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("$pbkdf2-sha256$-1$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("$pbkdf2-sha256$6400$$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11Ac")]
    [InlineData("$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$not base64!")]
    [InlineData("$pbkdf2-md5$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M")]
    [InlineData("pbkdf2_sha256$999999999$salt$b0YC2QXOUOUaus8plljpjIHpaIZVCl8GOG+K9ejG7Jw=")]
    [InlineData("pbkdf2_md5$1000$salt$b0YC2QXOUOUaus8plljpjIHpaIZVCl8GOG+K9ejG7Jw=")]
    [InlineData("pbkdf2_sha256$")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"secretData":"{}","credentialData":"{}"}""")]
    [InlineData("""{"secretData":7,"credentialData":[]}""")]
    [InlineData("""{"secretData":"{\"value\":\"aGFzaA==\",\"salt\":\"c2FsdA==\"}","credentialData":"{\"hashIterations\":1e99,\"algorithm\":\"pbkdf2\"}"}""")]
    public void Refuses_what_is_malformed_or_would_cost_too_much(string given) =>
        Assert.IsType<Validated<string>.Invalid>(PasswordHashRules.Read(given));

    [Fact]
    public void Refuses_a_hash_in_Identitys_form_that_would_cost_too_much()
    {
        var bytes = Convert.FromBase64String("AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/q3rysaOAvFsp3Y2eQhMXvEu3wtOljUXx8Syb9oXeqwA==");
        foreach (var (at, value) in new[] { (5, uint.MaxValue), (5, 2_000_001u), (5, 1u), (1, 9u), (9, uint.MaxValue), (9, 0u), (9, 64u) })
        {
            var changed = bytes.ToArray();
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at), value);
            Assert.IsType<Validated<string>.Invalid>(PasswordHashRules.Read(Convert.ToBase64String(changed)));
        }

        Assert.IsType<Validated<string>.Invalid>(PasswordHashRules.Read(new string('A', 10_000)));
    }
}
