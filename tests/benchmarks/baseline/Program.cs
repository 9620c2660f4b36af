using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

// Kestrel as `idp` runs it, without anything of ours: POST /sign makes one RS256 signature over a token of an access token's size, POST
// /sign-two makes two, GET /constant answers a fixed document.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();

using var key = RSA.Create(2048);
var payload = Encoding.ASCII.GetBytes(new string('x', 560));
var constant = Encoding.ASCII.GetBytes($"{{\"constant\":\"{new string('x', 1000)}\"}}");

app.MapPost("/sign", http => SignAsync(http, signatures: 1));
app.MapPost("/sign-two", http => SignAsync(http, signatures: 2));
app.MapGet("/constant", http => WriteAsync(http, constant));
app.Run();

async Task SignAsync(HttpContext http, int signatures)
{
    var token = "";
    for (var i = 0; i < signatures; i++)
        token = Base64Url.EncodeToString(key.SignData(payload, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    await WriteAsync(http, Encoding.ASCII.GetBytes($"{{\"access_token\":\"{Encoding.ASCII.GetString(payload)}.{token}\",\"token_type\":\"Bearer\",\"expires_in\":900}}"));
}

static Task WriteAsync(HttpContext http, byte[] body)
{
    http.Response.ContentType = "application/json";
    http.Response.ContentLength = body.Length;
    return http.Response.Body.WriteAsync(body).AsTask();
}
