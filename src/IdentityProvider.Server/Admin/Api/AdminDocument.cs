using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Server.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace IdentityProvider.Server.Admin.Api;

/// <summary>
/// The document of the Admin API (OpenAPI 3.1), written once by the framework from what the routes say of themselves. It tells nothing that isn't in the
/// source, and so needs no token.
/// </summary>
internal sealed class AdminDocument(IServiceProvider services)
{
    public const string Name = "admin";

    private Task<PublicDocument>? _written;

    public async Task HandleAsync(HttpContext http)
    {
        var written = LazyInitializer.EnsureInitialized(ref _written, WriteAsync);
        try
        {
            await (await written).WriteAsync(http);
        }
        catch when (written.IsFaulted)
        {
            _ = Interlocked.CompareExchange(ref _written, null, written);
            throw;
        }
    }

    private async Task<PublicDocument> WriteAsync()
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        using var buffer = new MemoryStream();
        await document.SerializeAsJsonAsync(buffer, OpenApiSpecVersion.OpenApi3_1);
        return new PublicDocument(buffer.ToArray(), "application/json", TimeSpan.FromHours(1));
    }
}

/// <summary>What the framework can't know of our routes: their parameters, their scopes, and where the server is.</summary>
internal static class AdminDocumentSetup
{
    private const string Scheme = "oauth2";

    public static IServiceCollection AddAdminDocument(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
        });
        return services.AddOpenApi(AdminDocument.Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.ActionDescriptor.EndpointMetadata.OfType<AdminRoute>().Any();
            options.AddDocumentTransformer((document, context, _) =>
            {
                Introduce(document, context.ApplicationServices.GetRequiredService<Settings>().Issuer);
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                if (context.JsonTypeInfo.Type == typeof(ClientMetadata))
                    DescribeLanguages(schema);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                Complete(operation, context.Description.ActionDescriptor.EndpointMetadata.OfType<AdminRoute>().Single(), context.Document);
                return Task.CompletedTask;
            });
        });
    }

    private static void Introduce(OpenApiDocument document, string issuer)
    {
        document.Info = new OpenApiInfo { Title = "Administration", Version = "1", Description = "Everything that the commands of `idp` do, for programs. docs/admin-api.md says more." };
        document.Servers = [new OpenApiServer { Url = issuer }];
        var scopes = AdminApi.Of(issuer).Scopes.ToDictionary(scope => scope.Name, scope => scope.Description ?? "");
        var token = new Uri(issuer + "/token");
        document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Description = $"An access token of this server for the resource {AdminApi.IdentifierOf(issuer)}.",
            Flows = new OpenApiOAuthFlows
            {
                ClientCredentials = new OpenApiOAuthFlow { TokenUrl = token, Scopes = scopes },
                AuthorizationCode = new OpenApiOAuthFlow { AuthorizationUrl = new Uri(issuer + "/authorize"), TokenUrl = token, Scopes = scopes },
            },
        });
    }

    // What is read by no property of its own (RFC 7591 §2.2).
    private static void DescribeLanguages(OpenApiSchema client) => client.PatternProperties = new Dictionary<string, IOpenApiSchema>
    {
        [ClientLanguages.NamePattern] = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = "The same in a language, such as client_name#de." },
    };

    private static void Complete(OpenApiOperation operation, AdminRoute route, OpenApiDocument? document)
    {
        operation.Parameters = [.. Parameters(route)];
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [route.NeedsFull ? AdminApi.WriteAll : AdminApi.ScopeOf(route.Area, route.Writes)] }];

        // One shape of what goes wrong, whatever its status (RFC 9457).
        if (operation.Responses is { } responses && responses.Remove("422", out var problem))
        {
            ((OpenApiResponse)problem).Description = "It was not done: the problem says why, and which member is at fault.";
            responses["default"] = problem;
        }
    }

    private static IEnumerable<OpenApiParameter> Parameters(AdminRoute route)
    {
        foreach (var part in route.Path.Split('/').Where(part => part.StartsWith('{')))
            yield return new OpenApiParameter { Name = part.Trim('{', '}'), In = ParameterLocation.Path, Required = true, Schema = Text() };
        foreach (var (name, meaning) in route.Query)
            yield return new OpenApiParameter { Name = name, In = ParameterLocation.Query, Description = meaning, Schema = Text() };
        if (route.IsPaged)
        {
            yield return new OpenApiParameter { Name = "cursor", In = ParameterLocation.Query, Description = "next_cursor of the page before.", Schema = Text() };
            yield return new OpenApiParameter { Name = "limit", In = ParameterLocation.Query, Description = $"How many at most: 1 to {AdminRequest.MostItems}.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } };
        }

        if (route.NeedsMatch)
            yield return new OpenApiParameter { Name = "If-Match", In = ParameterLocation.Header, Required = true, Description = "The ETag of what was read.", Schema = Text() };
        if (route.Makes)
            yield return new OpenApiParameter { Name = AdminEndpoint.KeyHeader, In = ParameterLocation.Header, Description = "Chosen by the caller: with the same one it is done at most once within a day.", Schema = Text() };
    }

    private static OpenApiSchema Text() => new() { Type = JsonSchemaType.String };
}

/// <summary>What went wrong (RFC 9457).</summary>
internal sealed record ProblemDocument(string Type, string Title, int Status, string Detail, IReadOnlyList<ProblemError>? Errors = null);

/// <summary>One member at fault.</summary>
/// <param name="Pointer">Where it is (RFC 6901).</param>
/// <param name="Detail">What is wrong with it.</param>
internal sealed record ProblemError(string Pointer, string Detail);
