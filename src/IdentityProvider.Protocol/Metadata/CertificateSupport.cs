namespace IdentityProvider.Protocol.Metadata;

/// <summary>How clients may be known by certificates (RFC 8705).</summary>
/// <param name="ChecksChains">Whether there are authorities whose certificates count (<c>tls_client_auth</c>).</param>
/// <param name="Endpoint">Where such clients call, if it is elsewhere: scheme, host and port (§5).</param>
public sealed record CertificateSupport(bool ChecksChains, string? Endpoint);
