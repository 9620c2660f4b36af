using IdentityProvider.Server.Database;
using Microsoft.Extensions.Logging.Abstractions;

// EmbeddedPostgresHost DIRECTORY Server|Command: prints one line, the connection string or "error: …", and runs until its input ends.
try
{
    await using var postgres = await EmbeddedPostgres.StartAsync(
        new(args[0]), Enum.Parse<ClusterUser>(args[1]), NullLogger.Instance, CancellationToken.None);
    Console.WriteLine(postgres.ConnectionString);
    await Console.In.ReadToEndAsync();
    return 0;
}
catch (EmbeddedPostgresException error)
{
    Console.WriteLine("error: " + error.Message);
    return 1;
}
