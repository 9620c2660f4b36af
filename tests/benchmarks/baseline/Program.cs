using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

// Kestrel as `idp` runs it, without anything of ours. POST /sign/{bytes} makes an RS256 signature over so many bytes and answers with both, as a token; with
// several sizes, by commas, it makes one for each. GET and POST /constant/{bytes} answer a document of that size. No form is read, no client is known.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var app = builder.Build();

using var key = RSA.Create(2048);
var payload = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

app.MapPost("/sign/{sizes}", (HttpContext http, string sizes) =>
{
    var body = new ArrayBufferWriter<byte>(2048);
    body.Write("{\"token_type\":\"Bearer\",\"expires_in\":900"u8);
    Span<byte> signature = stackalloc byte[256];
    Span<byte> text = stackalloc byte[342];
    foreach (var size in sizes.AsSpan().Split(','))
    {
        var signed = payload.AsSpan(0, int.Parse(sizes.AsSpan(size), CultureInfo.InvariantCulture));
        key.SignData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Base64Url.EncodeToUtf8(signature, text);
        body.Write(",\"token\":\""u8);
        body.Write(signed);
        body.Write("."u8);
        body.Write(text);
        body.Write("\""u8);
    }

    body.Write("}"u8);
    return WriteAsync(http, body.WrittenMemory);
});
app.MapMethods("/constant/{bytes:int}", [HttpMethods.Get, HttpMethods.Post], (HttpContext http, int bytes) => WriteAsync(http, payload.AsMemory(0, bytes)));
app.Run();

static Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body)
{
    http.Response.ContentType = "application/json";
    http.Response.ContentLength = body.Length;
    return http.Response.Body.WriteAsync(body).AsTask();
}
