using System.Text;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.UserInfo;
using IdentityProvider.Server.Http;
using IdentityProvider.Server.Keys;

namespace IdentityProvider.Server.Endpoints.UserInfo;

/// <summary>The shapes of an answer: JSON, or as the client registered a JWT, signed and then perhaps encrypted (OpenID Connect Core §5.3.2, §10.2).</summary>
internal sealed class UserInfoAnswers(KeyRing keys, AnswerEncryption encryption, Settings settings)
{
    /// <summary>Answers; or says why there is nothing to answer with.</summary>
    public async Task<Refusal?> SendAsync(HttpContext http, UserInfoResponse response)
    {
        if (response.Client.UserinfoSignedResponseAlg is not { } algorithm)
        {
            await JsonBody.SendAsync(http, response, static (json, response) => response.WriteTo(json));
            return null;
        }

        if (!(await encryption.FindAsync(response.Client, response.Client.UserinfoEncryptedResponseAlg, http.RequestAborted)).Try(out var recipient, out var reason))
            return reason;
        var key = await keys.ActiveAsync(algorithm, http.RequestAborted);
        var jwt = Encoding.ASCII.GetBytes(recipient.Seal(UserInfoToken.Sign(response, key, settings.Issuer))!);
        OAuthResults.NoStore(http.Response);
        http.Response.ContentType = UserInfoToken.MediaType;
        http.Response.ContentLength = jwt.Length;
        await http.Response.Body.WriteAsync(jwt, http.RequestAborted);
        return null;
    }
}
