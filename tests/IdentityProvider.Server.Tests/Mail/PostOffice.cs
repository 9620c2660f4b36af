using IdentityProvider.Server.Background;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Tests.Mail;

/// <summary>The mails of a server of a test: sent when the test says so, and read from the folder.</summary>
public static class PostOffice
{
    /// <summary>Sends what is due, and reads all that was ever sent to this address, oldest first.</summary>
    public static async Task<IReadOnlyList<ReceivedMail>> MailsToAsync(this TestServer server, string address)
    {
        await server.DeliverAsync();
        var folder = TestCluster.MailFolderOf(server.ConnectionString);
        if (!Directory.Exists(folder))
            return [];
        var mails = Directory.EnumerateFiles(folder, "*.eml").OrderBy(File.GetLastWriteTimeUtc).Select(file => ReceivedMail.Parse(File.ReadAllText(file)));
        return [.. mails.Where(mail => mail.To.Equals(address, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>The newest of them.</summary>
    public static async Task<ReceivedMail> NewestMailToAsync(this TestServer server, string address) => (await server.MailsToAsync(address))[^1];

    /// <summary>Sends what is due.</summary>
    public static async Task DeliverAsync(this TestServer server)
    {
        await Task.WhenAll(await server.Get<OutboxDelivery>().StartDueAsync(TestContext.Current.CancellationToken));
        await server.Get<OutboxDelivery>().IdleAsync();
    }

    /// <summary>The mails that wait or were sent, newest first.</summary>
    public static async Task<IReadOnlyList<OutboxMessage>> MessagesAsync(this TestServer server) =>
        [.. (await server.Get<Outbox>().ListAsync(null, null, 100, TestContext.Current.CancellationToken)).Where(m => m.Mail is not null)];
}
