using System.CommandLine;
using System.Text.Json.Nodes;
using IdentityProvider.Server.Admin;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp database restored</c>: between a restore and the first server.</summary>
internal static class DatabaseRestoredCommand
{
    public static Command Build()
    {
        var everything = new Option<bool>("--end-everything") { Description = "Sign everybody out and end every app's access: what was revoked after the backup is back, and this is what surely ends it." };
        var command = new Command("restored", "Run it once after a restore (or a failover that lost commits), before servers start: nothing that the lost database gave out is given out again.") { everything };
        return command.Ends(
            async work =>
            {
                var living = await work.Get<RestoreOperations>().LookAsync(work.Cancellation);
                var ends = work.Parsed.GetValue(everything);
                work.Output.Remark("Nothing is changed: this is what would be.");
                return work.Output.Show(new() { ["dry_run"] = true, ["sessions_ended"] = ends ? living.Sessions : 0, ["sign_ins_ended"] = ends ? living.SignIns : 0 });
            },
            async work =>
            {
                var done = await work.Get<RestoreOperations>().RestoredAsync(work.Actor, work.Parsed.GetValue(everything), work.Cancellation);
                return work.Output.Say(
                    $"No number that the lost database gave out is given out again. {(work.Parsed.GetValue(everything) ? $"{done.PeopleSignedOut} people were signed out." : "What was revoked after the backup is back: revoke it again.")}",
                    new JsonObject { ["list"] = done.List, ["people_signed_out"] = done.PeopleSignedOut });
            });
    }
}
