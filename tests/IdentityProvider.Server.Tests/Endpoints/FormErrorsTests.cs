using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace IdentityProvider.Server.Tests.Endpoints;

/// <summary>Each mistake in a form gets the error of its RFC, the same at every endpoint that takes one.</summary>
public sealed class FormErrorsTests(FormErrorsTests.OneServer server) : IClassFixture<FormErrorsTests.OneServer>
{
    private static readonly string[] Paths = ["/token", "/introspect", "/revoke", "/userinfo"];

    public static TheoryData<string, string, Protocol.Refusal> Malformed
    {
        get
        {
            var data = new TheoryData<string, string, Protocol.Refusal>();
            foreach (var path in Paths)
            {
                data.Add(path, "grant_type=%", Protocol.Refusal.ParameterMalformed);
                data.Add(path, "grant_type=%00&client_id=app", Protocol.Refusal.ParameterMalformed);
                data.Add(path, "client_id=\0", Protocol.Refusal.ParameterMalformed);
                data.Add(path, "client_id=%FF%FE", Protocol.Refusal.ParameterMalformed);
                data.Add(path, "token=a&token=a", Protocol.Refusal.ParameterRepeated);
                data.Add(path, string.Concat(Enumerable.Range(0, 5000).Select(i => $"p{i}=v&")), Protocol.Refusal.TooManyParameters);
                data.Add(path, "token=" + new string('a', 70_000), Protocol.Refusal.BodyTooLarge);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_form_is_the_callers_mistake(string path, string form, Protocol.Refusal refusal)
    {
        var answer = await SendAsync(Post(path, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded")));
        Assert.Equal((Protocol.Refusals.Of(refusal).Status, "invalid_request", Protocol.Refusals.Of(refusal).Description), ((int)answer.Status, answer.Error, answer["error_description"]));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_refused_everywhere(string? contentType)
    {
        foreach (var path in Paths)
        {
            var content = new ByteArrayContent("token=a"u8.ToArray());
            content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
            var answer = await SendAsync(Post(path, content));
            Assert.Equal(Protocol.Refusals.Of(Protocol.Refusal.ContentTypeUnsupported).Status, (int)answer.Status);
        }
    }

    [Fact]
    public async Task A_body_without_end_is_cut_off()
    {
        foreach (var path in Paths)
        {
            var content = new StreamContent(new MemoryStream(new byte[200_000]));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
            var request = Post(path, content);
            request.Headers.TransferEncodingChunked = true;
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await SendAsync(request)).Status);
        }
    }

    [Fact]
    public async Task Parameters_in_the_query_of_a_POST_are_refused()
    {
        foreach (var path in Paths)
        {
            var answer = await SendAsync(Post(path + "?token=a", new FormUrlEncodedContent([new("token", "a")])));
            Assert.Equal(Protocol.Refusals.Of(Protocol.Refusal.QueryAtPostEndpoint).Description, answer["error_description"]);
        }
    }

    [Fact]
    public async Task Another_method_is_refused_with_those_that_there_are()
    {
        foreach (var path in Paths)
        {
            foreach (var method in new[] { "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE" })
            {
                var answer = await SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
                Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
                Assert.Contains("POST", answer.Message.Content.Headers.Allow);
            }
        }
    }

    private static HttpRequestMessage Post(string path, HttpContent? content) => new(HttpMethod.Post, path) { Content = content };

    private Task<Answer> SendAsync(HttpRequestMessage request) => server.SignedIn.SendAsync(request);

    /// <summary>One server for all that is thrown: none of it may leave a trace.</summary>
    public sealed class OneServer : IAsyncLifetime
    {
        internal SignedIn SignedIn { get; private set; } = null!;

        public async ValueTask InitializeAsync() => SignedIn = await SignedIn.StartAsync();

        public ValueTask DisposeAsync() => SignedIn.DisposeAsync();
    }
}
