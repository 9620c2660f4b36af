using System.Data;
using System.Reflection;
using Microsoft.Data.SqlClient;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>The SQL Server client runs as it is published here (docs/decisions/0004-sql-server-client.md).</summary>
public sealed class SqlServerClientTests
{
    [Theory]
    [InlineData("Microsoft.SqlServer.Server.Format")]
    [InlineData("Microsoft.SqlServer.Server.IBinarySerialize")]
    [InlineData("Microsoft.SqlServer.Server.SqlUserDefinedTypeAttribute")]
    [InlineData("Microsoft.SqlServer.Server.InvalidUdtException")]
    public void Finds_the_types_that_it_loads_with_every_parameter(string type)
    {
        var asked = typeof(SqlCommand).Assembly.GetReferencedAssemblies().Single(a => a.Name == "Microsoft.SqlServer.Server");

        var found = Assembly.Load(asked).GetType(type, throwOnError: true)!;

        Assert.True(found.IsPublic);
        if (found.Name == "InvalidUdtException")
            Assert.NotNull(found.GetMethod("Create", BindingFlags.Public | BindingFlags.Static, [typeof(Type), typeof(string)]));
    }

    [Fact]
    public void Takes_a_parameter_of_each_kind_that_is_used_here()
    {
        using var command = new SqlCommand("SELECT @id, @hash, @at, @text, @none");
        command.Parameters.AddWithValue("@id", Given.NewId());
        command.Parameters.AddWithValue("@hash", new byte[32]);
        command.Parameters.AddWithValue("@at", Given.Now);
        command.Parameters.AddWithValue("@text", "shop");
        command.Parameters.AddWithValue("@none", DBNull.Value);

        Assert.Equal(
            [SqlDbType.UniqueIdentifier, SqlDbType.VarBinary, SqlDbType.DateTimeOffset, SqlDbType.NVarChar, SqlDbType.NVarChar],
            command.Parameters.Cast<SqlParameter>().Select(p => p.SqlDbType));
    }
}
