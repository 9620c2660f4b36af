using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace IdentityProvider.Server.Tests.Integration;

/// <summary>
/// What partners copy for ASP.NET Core is compiled against the framework that the tests run on. The handler's own package can't be restored where this project is
/// built: of it there is a stand-in with the few names that the snippet uses.
/// </summary>
public sealed class AspNetCoreSnippetTests
{
    private const string Handler = """
        namespace Microsoft.AspNetCore.Authentication.OpenIdConnect
        {
            public static class OpenIdConnectDefaults { public const string AuthenticationScheme = "OpenIdConnect"; }
            public enum PushedAuthorizationBehavior { UseIfAvailable, Disable, Require }
            public sealed class TokenValidationParameters { public string NameClaimType { get; set; } = ""; }
            public sealed class OpenIdConnectOptions : RemoteAuthenticationOptions
            {
                public string? Authority { get; set; }
                public bool RequireHttpsMetadata { get; set; }
                public string? ClientId { get; set; }
                public string? ClientSecret { get; set; }
                public Microsoft.AspNetCore.Http.PathString SignedOutCallbackPath { get; set; }
                public string ResponseType { get; set; } = "";
                public string ResponseMode { get; set; } = "";
                public string? Resource { get; set; }
                public System.Collections.Generic.ICollection<string> Scope { get; } = new System.Collections.Generic.List<string>();
                public bool GetClaimsFromUserInfoEndpoint { get; set; }
                public bool MapInboundClaims { get; set; }
                public PushedAuthorizationBehavior PushedAuthorizationBehavior { get; set; }
                public TokenValidationParameters TokenValidationParameters { get; } = new();
            }
        }

        namespace Microsoft.Extensions.DependencyInjection
        {
            public static class OpenIdConnectExtensions
            {
                public static Microsoft.AspNetCore.Authentication.AuthenticationBuilder AddOpenIdConnect(
                    this Microsoft.AspNetCore.Authentication.AuthenticationBuilder builder, System.Action<Microsoft.AspNetCore.Authentication.OpenIdConnect.OpenIdConnectOptions> configure) => builder;
            }
        }
        """;

    // What `dotnet new web` has, which the files are made for.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly Resource Orders = new() { Identifier = "https://orders.example", Name = "Orders", Scopes = [new("orders.read")] };

    private static readonly Client Shop = new()
    {
        ClientId = "shop",
        ClientName = "Shop",
        RedirectUris = ["https://shop.example/signin-oidc"],
        PostLogoutRedirectUris = ["https://shop.example/signout-callback-oidc"],
        GrantTypes = [GrantTypes.AuthorizationCode],
        TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretPost,
        Scope = ScopeSet.Of(["openid", "orders.read"]),
        Resources = [Orders.Identifier],
    };

    public static TheoryData<string> Clients => ["web", "plain", "pushed", "job", "job by the form"];

    [Theory]
    [MemberData(nameof(Clients))]
    public void It_compiles(string client)
    {
        var job = Shop with { GrantTypes = [GrantTypes.ClientCredentials], RedirectUris = [], PostLogoutRedirectUris = [], Scope = ScopeSet.Of(["orders.read"]) };
        var registered = client switch
        {
            "plain" => Shop with { PostLogoutRedirectUris = [], Resources = [] },
            "pushed" => Shop with { RequirePushedAuthorizationRequests = true },
            "job" => job with { TokenEndpointAuthMethod = ClientAuthenticationMethod.ClientSecretBasic },
            "job by the form" => job,
            _ => Shop,
        };
        var decided = SnippetRules.Decide(Protocol.Integration.Platform.AspNetCore, client == "plain" ? "http://localhost:8080" : "https://id.example.com", registered, registered.Resources.Count > 0 ? Orders : null);
        var text = Assert.Single(Assert.IsType<SnippetDecision.Made>(decided).Snippet.Files).Text;

        Assert.Empty(Faults(text));
        Assert.NotEmpty(Faults(text.Replace("builder.Build()", "builder.Bild()", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Faults(string program)
    {
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"));
        return CSharpCompilation.Create(
            "partner",
            [CSharpSyntaxTree.ParseText(program), CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Handler)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable))
            .GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString());
    }
}
