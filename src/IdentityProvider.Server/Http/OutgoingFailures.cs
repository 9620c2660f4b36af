namespace IdentityProvider.Server.Http;

/// <summary>Why a call failed, as an operator reads it.</summary>
internal static class OutgoingFailures
{
    public static string Words(OutgoingFailure reason) => reason switch
    {
        OutgoingFailure.UriNotAllowed => "the address is not https",
        OutgoingFailure.AddressNotAllowed => "the address is private, and Idp:Outgoing:AllowPrivateNetwork is false",
        OutgoingFailure.NameNotResolved => "the name of the host is not known",
        OutgoingFailure.NotConnected => "no connection",
        OutgoingFailure.NotSecured => "no trusted TLS",
        OutgoingFailure.TimedOut => "timed out",
        _ => "the answer is not HTTP",
    };
}
