using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityProvider.Server.Tests.Pages;

/// <summary>
/// An authenticator and the browser beside it, in software: one ES256 key, attestation "none" (WebAuthn §6.5, §8.7). What a test sets, it lies about.
/// </summary>
public sealed record SoftAuthenticator : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public byte[] CredentialId { get; init; } = RandomNumberGenerator.GetBytes(32);

    public string Origin { get; init; } = TestServer.Issuer;

    public string RpId { get; init; } = "localhost";

    public bool IsUserVerified { get; init; } = true;

    public bool IsUserPresent { get; init; } = true;

    public bool IsSynced { get; init; } = true;

    public bool? CrossOrigin { get; init; } = false;

    public string? TopOrigin { get; init; }

    /// <summary>In place of the right one.</summary>
    public string? Type { get; init; }

    /// <summary>In place of the one that was asked.</summary>
    public string? Challenge { get; init; }

    /// <summary>Whose key it claims to be; null leaves it out.</summary>
    public string? UserHandle { get; init; }

    public uint SignCount { get; init; }

    /// <summary>The algorithm that the new key claims (COSE).</summary>
    public int Algorithm { get; init; } = -7;

    /// <summary><c>navigator.credentials.create</c>: the fields of our form.</summary>
    public Dictionary<string, string> Create(JsonElement options)
    {
        var clientData = ClientData("webauthn.create", options);
        var attestation = new CborWriter();
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString([.. AuthenticatorData(0x40), .. new byte[16], .. Length(CredentialId), .. CredentialId, .. PublicKey()]);
        attestation.WriteEndMap();
        return new(StringComparer.Ordinal)
        {
            ["credential_id"] = Base64Url.EncodeToString(CredentialId),
            ["client_data"] = Base64Url.EncodeToString(clientData),
            ["attestation_object"] = Base64Url.EncodeToString(attestation.Encode()),
            ["transports"] = "internal hybrid cable nonsense",
        };
    }

    /// <summary><c>navigator.credentials.get</c>: the fields of our form.</summary>
    public Dictionary<string, string> Get(JsonElement options)
    {
        var clientData = ClientData("webauthn.get", options);
        var data = AuthenticatorData(0);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["credential_id"] = Base64Url.EncodeToString(CredentialId),
            ["client_data"] = Base64Url.EncodeToString(clientData),
            ["authenticator_data"] = Base64Url.EncodeToString(data),
            ["signature"] = Base64Url.EncodeToString(_key.SignData([.. data, .. SHA256.HashData(clientData)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        };
        if (UserHandle is not null)
            fields["user_handle"] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(UserHandle));
        return fields;
    }

    public void Dispose() => _key.Dispose();

    private byte[] ClientData(string type, JsonElement options)
    {
        var data = new JsonObject { ["type"] = Type ?? type, ["challenge"] = Challenge ?? options.GetProperty("challenge").GetString(), ["origin"] = Origin };
        if (CrossOrigin is { } crossOrigin)
            data["crossOrigin"] = crossOrigin;
        if (TopOrigin is { } topOrigin)
            data["topOrigin"] = topOrigin;
        return JsonSerializer.SerializeToUtf8Bytes(data);
    }

    // WebAuthn §6.1.
    private byte[] AuthenticatorData(byte attested)
    {
        var flags = (byte)(attested | (IsUserPresent ? 0x01 : 0) | (IsUserVerified ? 0x04 : 0) | (IsSynced ? 0x18 : 0));
        var counter = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(counter, SignCount);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RpId)), flags, .. counter];
    }

    private static byte[] Length(byte[] id) => [(byte)(id.Length >> 8), (byte)id.Length];

    private byte[] PublicKey()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var key = new CborWriter(CborConformanceMode.Ctap2Canonical);
        key.WriteStartMap(5);
        foreach (var (label, number) in new[] { (1, 2), (3, Algorithm), (-1, 1) })
        {
            key.WriteInt32(label);
            key.WriteInt32(number);
        }

        key.WriteInt32(-2);
        key.WriteByteString(point.X!);
        key.WriteInt32(-3);
        key.WriteByteString(point.Y!);
        key.WriteEndMap();
        return key.Encode();
    }
}
