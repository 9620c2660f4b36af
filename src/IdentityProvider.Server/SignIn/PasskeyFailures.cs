using System.Data.Common;
using Microsoft.AspNetCore.Identity;

namespace IdentityProvider.Server.SignIn;

/// <summary>Identity tells every failure of a ceremony alike; one of the database is an outage, and no answer of an authenticator.</summary>
internal static class PasskeyFailures
{
    public static void ThrowOutage(PasskeyException failure)
    {
        for (var cause = failure.InnerException; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException or TimeoutException)
                throw failure;
        }
    }
}
