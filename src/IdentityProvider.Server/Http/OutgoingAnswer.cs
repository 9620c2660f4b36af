using System.Net;
using System.Net.Http.Headers;

namespace IdentityProvider.Server.Http;

/// <summary>What became of a call. Closed.</summary>
public abstract class OutgoingAnswer
{
    private OutgoingAnswer()
    {
    }

    /// <summary>The other side answered, whatever it said.</summary>
    public sealed class Answered : OutgoingAnswer
    {
        internal Answered(HttpStatusCode status, byte[] body, string? contentType, CacheControlHeaderValue? cacheControl)
        {
            Status = status;
            Body = body;
            ContentType = contentType;
            CacheControl = cacheControl;
        }

        public HttpStatusCode Status { get; }

        /// <summary>What was read of the body: empty where the caller wanted none.</summary>
        public byte[] Body { get; }

        /// <summary>The media type without parameters.</summary>
        public string? ContentType { get; }

        public CacheControlHeaderValue? CacheControl { get; }
    }

    /// <summary>It did not, or must not be asked.</summary>
    public sealed class Failed : OutgoingAnswer
    {
        internal Failed(OutgoingFailure reason) => Reason = reason;

        public OutgoingFailure Reason { get; }
    }
}

/// <summary>Why there is no answer.</summary>
public enum OutgoingFailure
{
    /// <summary>Neither https nor, where that is allowed, http on loopback.</summary>
    UriNotAllowed,

    /// <summary>The name leads to no address that may be called.</summary>
    AddressNotAllowed,

    /// <summary>The name leads nowhere.</summary>
    NameNotResolved,

    NotConnected,

    /// <summary>The certificate isn't one of that host, or TLS failed otherwise.</summary>
    NotSecured,

    TimedOut,

    /// <summary>The answer is longer than the caller reads.</summary>
    AnswerTooLong,

    /// <summary>The answer isn't HTTP, or ended early.</summary>
    AnswerBroken,
}
