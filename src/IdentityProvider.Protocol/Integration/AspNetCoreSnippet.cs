using IdentityProvider.Protocol.Clients;

namespace IdentityProvider.Protocol.Integration;

/// <summary>ASP.NET Core with Microsoft.AspNetCore.Authentication.OpenIdConnect.</summary>
internal static class AspNetCoreSnippet
{
    public static Snippet Write(Partner partner) => partner.Kind == PartnerKind.Job ? Job(partner) : Application(partner);

    private static Snippet Application(Partner partner) => new(
        Platform.AspNetCore,
        [new("Program.cs", "csharp", Partner.Lines(Registration(partner), Pages(partner)))],
        [SnippetVariable.ClientSecret],
        [
            "dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect",
            "Behind a proxy add UseForwardedHeaders: the redirect URI is made of the address by which the application was asked.",
            .. partner.SignedOutUri is null ? (string[])["Register a post_logout_redirect_uri, so that people come back once they signed out."] : [],
        ]);

    private static string Registration(Partner partner) => Partner.Lines(
        """
        using System.Security.Claims;
        using Microsoft.AspNetCore.Authentication;
        using Microsoft.AspNetCore.Authentication.Cookies;
        using Microsoft.AspNetCore.Authentication.OpenIdConnect;

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddAuthorization();
        builder.Services
            .AddAuthentication(options =>
            {
                options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
                options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
            })
            .AddCookie()
            .AddOpenIdConnect(options =>
            {
        """,
        $"        options.Authority = \"{partner.Issuer}\";",
        partner.IsIssuerPlain ? "        options.RequireHttpsMetadata = false; // on your own machine alone" : null,
        $"        options.ClientId = \"{partner.ClientId}\";",
        "        options.ClientSecret = builder.Configuration[\"CLIENT_SECRET\"];",
        $"        options.CallbackPath = \"{partner.RedirectPath}\";",
        partner.SignedOutUri is { } bye ? $"        options.SignedOutCallbackPath = \"{new Uri(bye).AbsolutePath}\";" : null,
        "        options.ResponseType = \"code\"; // with PKCE, state and nonce, which the handler makes and checks",
        "        options.ResponseMode = \"query\";",
        partner.Client.RequirePushedAuthorizationRequests ? "        options.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Require;" : null,
        "        options.Scope.Clear();",
        $"        foreach (var scope in \"{partner.Scope}\".Split(' '))",
        "            options.Scope.Add(scope);",
        partner.Resource is { } api ? $"        options.Resource = \"{api.Identifier}\"; // the API that the access token is for" : null,
        """
                options.GetClaimsFromUserInfoEndpoint = true;
                options.MapInboundClaims = false; // claims keep the names that they have in the token
                options.TokenValidationParameters.NameClaimType = "name";
                options.SaveTokens = true; // in the cookie, encrypted; GetTokenAsync("access_token") reads it
            });
        """);

    private static string Pages(Partner partner) => Partner.Lines(
        """
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/me", (ClaimsPrincipal person) => new { sub = person.FindFirst("sub")?.Value, name = person.Identity?.Name }).RequireAuthorization();
        """,
        partner.SignedOutUri is null ? null : "app.MapPost(\"/sign-out\", () => Results.SignOut(authenticationSchemes: [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]));",
        "app.Run();").TrimEnd('\n');

    private static Snippet Job(Partner partner) => new(
        Platform.AspNetCore,
        [new("Program.cs", "csharp", Partner.Lines(
            """
            using System.Net.Http.Headers;
            using System.Text;
            using System.Text.Json;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddHttpClient();
            var app = builder.Build();

            // Keep the token until shortly before expires_in is over; there is no refresh token.
            app.MapGet("/token", async (IHttpClientFactory clients, IConfiguration configuration) =>
            {
                using var http = clients.CreateClient();
            """,
            $"    using var request = new HttpRequestMessage(HttpMethod.Post, \"{partner.Issuer}/token\")",
            "    {",
            "        Content = new FormUrlEncodedContent(new Dictionary<string, string?>",
            "        {",
            "            [\"grant_type\"] = \"client_credentials\",",
            $"            [\"scope\"] = \"{partner.Scope}\",",
            partner.Resource is { } api ? $"            [\"resource\"] = \"{api.Identifier}\"," : null,
            partner.Client.TokenEndpointAuthMethod == ClientAuthenticationMethod.ClientSecretPost ? $"            [\"client_id\"] = \"{partner.ClientId}\"," : null,
            partner.Client.TokenEndpointAuthMethod == ClientAuthenticationMethod.ClientSecretPost ? "            [\"client_secret\"] = configuration[\"CLIENT_SECRET\"]," : null,
            "        }),",
            "    };",
            partner.Client.TokenEndpointAuthMethod == ClientAuthenticationMethod.ClientSecretBasic
                ? $"    request.Headers.Authorization = new AuthenticationHeaderValue(\"Basic\", Convert.ToBase64String(Encoding.ASCII.GetBytes($\"{partner.ClientId}:{{configuration[\"CLIENT_SECRET\"]}}\")));"
                : null,
            """
                using var answer = await http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
                var token = await answer.Content.ReadFromJsonAsync<JsonElement>();
                return new { expires_in = token.GetProperty("expires_in").GetInt32() };
            });
            app.Run();
            """))],
        [SnippetVariable.ClientSecret],
        []);
}
