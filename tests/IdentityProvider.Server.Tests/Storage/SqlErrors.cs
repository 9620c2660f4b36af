using System.Reflection;
using IdentityProvider.Storage;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>SQL Server's errors without a SQL Server: the client makes them from what came by the wire, and lets nobody else do so.</summary>
internal static class SqlErrors
{
    public static SqlException Exception(int number)
    {
        var error = Make<SqlError>(p => p.Name switch { "infoNumber" => number, "errorClass" => (byte)14, _ => null });
        var errors = Make<SqlErrorCollection>(_ => null);
        typeof(SqlErrorCollection).GetMethod("Add", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(errors, [error]);
        var create = typeof(SqlException).GetMethod("CreateException", BindingFlags.Static | BindingFlags.NonPublic, [typeof(SqlErrorCollection), typeof(string)])!;
        return (SqlException)create.Invoke(null, [errors, "16.0"])!;
    }

    /// <summary>The context as it is registered; nothing listens where it points.</summary>
    public static IdpDb Nowhere() => new ServiceCollection().AddLogging().AddIdpStorage(DatabaseProvider.SqlServer, "Server=localhost;Database=nowhere")
        .BuildServiceProvider().GetRequiredService<IDbContextFactory<IdpDb>>().CreateDbContext();

    /// <summary>Whether the context's own strategy would try again.</summary>
    public static bool IsRetried(IdpDb db, int number)
    {
        var strategy = (ExecutionStrategy)db.Database.CreateExecutionStrategy();
        var decides = strategy.GetType().GetMethod("ShouldRetryOn", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return (bool)decides.Invoke(strategy, [Exception(number)])!;
    }

    private static T Make<T>(Func<ParameterInfo, object?> argument)
    {
        var constructor = typeof(T).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).OrderBy(c => c.GetParameters().Length).First();
        return (T)constructor.Invoke([.. constructor.GetParameters().Select(p => argument(p) ?? (p.ParameterType == typeof(string) ? "" : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null))]);
    }
}
