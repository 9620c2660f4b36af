using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using IdentityProvider.Protocol.AsCode;
using Xunit;

namespace IdentityProvider.Protocol.Tests.AsCode;

/// <summary>The document of docs/as-code.md: what it may hold, and where a mistake is.</summary>
public sealed class ConfigurationDocumentTests
{
    [Fact]
    public void A_section_that_is_not_there_is_not_an_empty_one()
    {
        var written = Read("""{"format":1,"roles":[],"clients":[{"client_id":"app","require_pkce":true}]}""");

        Assert.Equal("app", Assert.Single(written.Clients!).ClientId);
        Assert.Empty(written.Roles!);
        Assert.Equal((false, true, false, true), (written.Has(DeclaredKind.Resource), written.Has(DeclaredKind.Role), written.Has(DeclaredKind.Group), written.Has(DeclaredKind.Client)));
    }

    [Theory]
    [InlineData("", "document")]
    [InlineData("[]", "document")]
    [InlineData("""{"format":1,"format":1}""", "document")]
    [InlineData("""{"clients":[]}""", "/format")]
    [InlineData("""{"format":2}""", "/format")]
    [InlineData("""{"format":"1"}""", "/format")]
    [InlineData("""{"format":1,"users":[]}""", "/users")]
    [InlineData("""{"format":1,"a/b~c":[]}""", "/a~1b~0c")]
    [InlineData("""{"format":1,"a\u001bb":[]}""", "document")]
    [InlineData("""{"format":1,"clients":{}}""", "/clients")]
    [InlineData("""{"format":1,"roles":null}""", "/roles")]
    [InlineData("""{"format":1,"clients":[{"client_id":"app"},7]}""", "/clients/1")]
    [InlineData("""{"format":1,"clients":[{"client_id":"app","client_secret":"x"}]}""", "/clients/0/client_secret")]
    [InlineData("""{"format":1,"clients":[{"client_id":"app","redirect_uris":"https://app.example/cb"}]}""", "/clients/0/redirect_uris")]
    [InlineData("""{"format":1,"clients":[{"client_name":"App"}]}""", "/clients/0/client_id")]
    [InlineData("""{"format":1,"clients":[{"client_id":"app"},{"client_id":"other"},{"client_id":"app"}]}""", "/clients/2/client_id")]
    [InlineData("""{"format":1,"resources":[{"name":"Orders"}]}""", "/resources/0/identifier")]
    [InlineData("""{"format":1,"roles":[{"role":"admin"},{"role":"ADMIN"}]}""", "/roles/1/role")]
    [InlineData("""{"format":1,"groups":[{"group":"sales","members":["alice"]}]}""", "/groups/0/members")]
    [InlineData("""{"format":1,"groups":[{"group":"sales","roles":[null]}]}""", "/groups/0/roles")]
    public void A_mistake_is_named_by_its_place(string document, string place)
    {
        var refused = Assert.IsType<Validated<WrittenConfiguration>.Invalid>(ConfigurationDocument.Read(Encoding.UTF8.GetBytes(document)));

        Assert.Equal(place, refused.Error.Member);
        Assert.DoesNotContain('\n', refused.Error.ToString());
    }

    [Fact]
    public void There_is_an_end_to_a_section()
    {
        var roles = string.Join(',', Enumerable.Range(0, ConfigurationDocument.MostOfAKind + 1).Select(at => $$"""{"role":"r{{at}}"}"""));

        Assert.IsType<Validated<WrittenConfiguration>.Invalid>(ConfigurationDocument.Read(Encoding.UTF8.GetBytes($$"""{"format":1,"roles":[{{roles}}]}""")));
    }

    [Fact]
    public void The_same_things_are_the_same_bytes_whatever_their_order()
    {
        Declared[] things =
        [
            new(DeclaredKind.Client, "b", new JsonObject { ["client_id"] = "b", ["client_name"] = "Büro <1>" }), new(DeclaredKind.Role, "staff", new JsonObject { ["role"] = "staff" }),
            new(DeclaredKind.Client, "a", new JsonObject { ["client_id"] = "a" }),
        ];
        var written = ConfigurationDocument.Write(things, new HashSet<DeclaredKind> { DeclaredKind.Client, DeclaredKind.Role, DeclaredKind.Group });

        Assert.Equal(written, ConfigurationDocument.Write([.. things.Reverse()], new HashSet<DeclaredKind> { DeclaredKind.Group, DeclaredKind.Client, DeclaredKind.Role }));
        Assert.Equal(
            """
            {
              "format": 1,
              "roles": [
                {
                  "role": "staff"
                }
              ],
              "groups": [],
              "clients": [
                {
                  "client_id": "a"
                },
                {
                  "client_id": "b",
                  "client_name": "Büro <1>"
                }
              ]
            }

            """.ReplaceLineEndings("\n"),
            Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void No_document_is_too_strange_to_be_refused() =>
        Prop.ForAll<string>(text =>
        {
            foreach (var document in new[] { text, $$"""{"format":1,"clients":[{{text}}]}""", $$"""{"format":1,"clients":[{"client_id":"{{text}}"}]}""" })
                _ = ConfigurationDocument.Read(Encoding.UTF8.GetBytes(document ?? ""));
        }).QuickCheckThrowOnFailure();

    private static WrittenConfiguration Read(string document) =>
        Assert.IsType<Validated<WrittenConfiguration>.Valid>(ConfigurationDocument.Read(Encoding.UTF8.GetBytes(document))).Value;
}
