using IdentityProvider.Protocol.Claims;
using IdentityProvider.Protocol.Status;
using IdentityProvider.Protocol.Users;
using IdentityProvider.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Storage;

/// <summary>Groups, the roles that people have by them, and what a change of either means for the tokens that live.</summary>
public abstract class GroupsContract : StorageContract
{
    private static readonly DateTimeOffset Now = Given.Now;

    [Fact]
    public async Task A_name_is_taken_however_it_is_written()
    {
        await using var storage = await NewAsync();
        var group = new Group(Given.NewId(), "Sales", Given.Kept(Now));
        Assert.Single(await RaceAsync(storage, i => storage.Get<Groups>().AddAsync(group with { GroupId = Given.NewId(), Name = i % 2 == 0 ? "Support" : "SUPPORT" })), won => won);
        Assert.True(await storage.Get<Groups>().AddAsync(group));
        Assert.False(await storage.Get<Groups>().AddAsync(group with { GroupId = Given.NewId(), Name = "sales" }));

        Assert.Equal(group, await storage.Get<Groups>().FindAsync("SALES"));
        Assert.Null(await storage.Get<Groups>().FindAsync("nobody"));
        Assert.Equal(["Sales"], (await storage.Get<Groups>().ListAsync(null, 1)).Select(g => g.Name));
        Assert.Equal("support", Assert.Single(await storage.Get<Groups>().ListAsync("sales", 10)).Name, ignoreCase: true);
    }

    [Fact]
    public async Task A_persons_roles_are_their_own_and_those_of_their_groups_each_once()
    {
        await using var storage = await NewAsync();
        var (alice, bob) = (await UserAsync(storage, "alice"), await UserAsync(storage, "bob"));
        var (staff, admin, auditor) = (await RoleAsync(storage, "staff"), await RoleAsync(storage, "admin", requireMfa: true), await RoleAsync(storage, "auditor"));
        var groups = storage.Get<Groups>();
        var (sales, office) = (await GroupAsync(storage, "sales"), await GroupAsync(storage, "office"));

        await HaveAsync(storage, alice, staff);
        Assert.True(await groups.AddMemberAsync(sales, alice, Now));
        Assert.False(await groups.AddMemberAsync(sales, alice, Now));
        Assert.True(await groups.AddMemberAsync(office, alice, Now));
        Assert.True(await groups.AddMemberAsync(office, bob, Now));
        Assert.True(await groups.GrantRoleAsync(sales, staff, Now));
        Assert.False(await groups.GrantRoleAsync(sales, staff, Now));
        Assert.True(await groups.GrantRoleAsync(office, auditor, Now));
        Assert.Equal(["auditor", "staff"], await storage.Get<Users>().FindRolesAsync(alice));
        Assert.Equal(["office", "sales"], await storage.Get<Users>().FindGroupsAsync(alice));
        Assert.Equal(["auditor"], await storage.Get<Users>().FindRolesAsync(bob));
        Assert.Equal(["alice", "bob"], await groups.MembersAsync(office, null, 10));
        Assert.Equal(["bob"], await groups.MembersAsync(office, "alice", 10));
        Assert.Equal(2, await groups.CountAsync(office));

        // What a role asks of a sign-in, it asks of those too who have it by a group.
        Assert.False((await storage.Get<SecondFactors>().FindAsync(bob)).IsRequiredByRole);
        Assert.True(await groups.GrantRoleAsync(office, admin, Now));
        Assert.True((await storage.Get<SecondFactors>().FindAsync(bob)).IsRequiredByRole);
        Assert.Equal(["admin", "auditor"], await groups.RolesOfAsync(office, 10));
        Assert.True(await groups.RevokeRoleAsync(office, admin, Now));
        Assert.False(await groups.RevokeRoleAsync(office, admin, Now));
        Assert.False((await storage.Get<SecondFactors>().FindAsync(bob)).IsRequiredByRole);
        await HaveAsync(storage, bob, admin);
        Assert.True((await storage.Get<SecondFactors>().FindAsync(bob)).IsRequiredByRole);
        Assert.False((await storage.Get<SecondFactors>().FindAsync(alice)).IsRequiredByRole);

        Assert.True(await groups.RemoveMemberAsync(sales, alice, Now));
        Assert.False(await groups.RemoveMemberAsync(sales, alice, Now));
        Assert.Equal(["auditor", "staff"], await storage.Get<Users>().FindRolesAsync(alice));
        Assert.Equal(["admin", "auditor", "staff"], (await storage.Get<Roles>().ListAsync(null, 10)).Select(role => role.Name));
        Assert.Equal(["auditor"], (await storage.Get<Roles>().ListAsync("Admin", 1)).Select(role => role.Name));
    }

    [Fact]
    public async Task A_person_with_more_groups_than_anybody_is_told_of_has_none_told()
    {
        await using var storage = await NewAsync();
        var alice = await UserAsync(storage, "alice");
        for (var i = 0; i < ClaimMapping.MostRoles; i++)
            await storage.Get<Groups>().AddMemberAsync(await GroupAsync(storage, $"g{i:D3}"), alice, Now);
        Assert.Equal(ClaimMapping.MostRoles, (await storage.Get<Users>().FindGroupsAsync(alice))!.Count);

        var more = await GroupAsync(storage, "one-more");
        await storage.Get<Groups>().AddMemberAsync(more, alice, Now);
        Assert.Null(await storage.Get<Users>().FindGroupsAsync(alice));
    }

    [Fact]
    public async Task Every_change_of_roles_marks_the_tokens_of_exactly_those_whom_it_touches()
    {
        await using var storage = await NewAsync();
        var (alice, _) = (await SignedInAsync(storage, "alice", 1), await SignedInAsync(storage, "bob", 2));
        var (staff, sales, groups) = (await RoleAsync(storage, "staff"), await GroupAsync(storage, "sales"), storage.Get<Groups>());

        await MarksAsync(storage, [1], () => groups.AddMemberAsync(sales, alice, Now));
        await MarksAsync(storage, [1], () => groups.GrantRoleAsync(sales, staff, Now));
        await MarksAsync(storage, [1], () => groups.RevokeRoleAsync(sales, staff, Now));
        await MarksAsync(storage, [], () => groups.RevokeRoleAsync(sales, staff, Now));
        await MarksAsync(storage, [1], () => groups.RemoveMemberAsync(sales, alice, Now));
        await MarksAsync(storage, [], () => groups.RemoveMemberAsync(sales, alice, Now));

        await groups.AddMemberAsync(sales, alice, Now);
        await MarksAsync(storage, [1], () => groups.DeleteAsync(sales, Now));
        Assert.Empty((await storage.Get<Users>().FindGroupsAsync(alice))!);
        await HaveAsync(storage, alice, staff);
        await MarksAsync(storage, [1], () => storage.Get<Roles>().DeleteAsync(staff, Now));
        Assert.False(await storage.Get<Roles>().DeleteAsync(staff, Now));
        Assert.Empty((await storage.Get<Users>().FindRolesAsync(alice))!);
    }

    [Fact]
    public async Task Of_refreshes_that_race_a_change_of_roles_none_leaves_a_token_that_says_what_was_before_and_is_not_stale()
    {
        const int runners = 8;
        await using var storage = await NewAsync();
        var alice = await UserAsync(storage, "alice");
        var (staff, sales, groups) = (await RoleAsync(storage, "staff"), await GroupAsync(storage, "sales"), storage.Get<Groups>());
        await groups.GrantRoleAsync(sales, staff, Now);
        for (var round = 0; round < 10; round++)
        {
            await storage.AskAsync(db => db.StatusChanges.ExecuteDeleteAsync());
            var family = FamilyOf(alice, 0);
            await storage.AskAsync(async db =>
            {
                db.TokenFamilies.Add(TokenFamilies.Row(family));
                return await db.SaveChangesAsync();
            });
            var isMember = round % 2 == 1;
            var refreshed = await RaceAsync(
                storage,
                async i =>
                {
                    if (i == runners / 2)
                    {
                        Assert.True(isMember ? await groups.RemoveMemberAsync(sales, alice, Now) : await groups.AddMemberAsync(sales, alice, Now));
                        return (i, Roles: null, Won: false);
                    }

                    var read = (await storage.Families.FindAsync(family.FamilyId))!;
                    var roles = await storage.Get<Users>().FindRolesAsync(alice);
                    return (i, Roles: roles, Won: await storage.Families.RotateAsync(read, new(new StatusReference(7, i + 1), Now.AddMinutes(10)), Now.AddSeconds(i)));
                },
                runners);

            var now = (await storage.Get<Users>().FindRolesAsync(alice))!;
            var stale = (await storage.AskAsync(db => db.StatusChanges.AsNoTracking().ToListAsync())).SelectMany(range => Enumerable.Range(range.First, range.Count)).ToHashSet();
            Assert.All(refreshed.Where(r => r.Won && !r.Roles!.SequenceEqual(now)), r => Assert.Contains(r.i + 1, stale));
        }
    }

    [Fact]
    public async Task A_role_that_ends_is_taken_from_people_and_from_groups_of_many_batches()
    {
        const int people = 450;
        await using var storage = await NewAsync();
        var (staff, other, sales) = (await RoleAsync(storage, "staff"), await RoleAsync(storage, "other"), await GroupAsync(storage, "sales"));
        var all = await SignedInAsync(storage, people);
        await storage.AskAsync(async db =>
        {
            db.UserGroups.AddRange(all.Select(id => new IdentityProvider.Storage.Rows.UserGroupRow { UserId = id, GroupId = sales }));
            db.UserRoles.AddRange(all.Select(id => new IdentityUserRole<Guid> { UserId = id, RoleId = other }));
            return await db.SaveChangesAsync();
        });

        int[] everybody = [.. Enumerable.Range(1, people)];
        await MarksAsync(storage, everybody, () => storage.Get<Groups>().GrantRoleAsync(sales, staff, Now));
        await MarksAsync(storage, everybody, () => storage.Get<Roles>().DeleteAsync(staff, Now));
        await MarksAsync(storage, everybody, () => storage.Get<Roles>().DeleteAsync(other, Now));
        await MarksAsync(storage, everybody, () => storage.Get<Groups>().DeleteAsync(sales, Now));
        Assert.Equal((0, 0, 0), await storage.AskAsync(async db => (await db.UserGroups.CountAsync(), await db.GroupRoles.CountAsync(), await db.Roles.CountAsync())));
    }

    [Fact]
    public async Task A_revocation_that_was_cut_off_before_all_tokens_were_marked_goes_on_when_it_is_done_again()
    {
        await using var storage = await NewAsync();
        var alice = await SignedInAsync(storage, "alice", 1);
        var (staff, sales, groups) = (await RoleAsync(storage, "staff"), await GroupAsync(storage, "sales"), storage.Get<Groups>());
        await groups.AddMemberAsync(sales, alice, Now);
        await groups.GrantRoleAsync(sales, staff, Now);

        // As it is after the first of its steps.
        await storage.AskAsync(db => db.GroupRoles.ExecuteUpdateAsync(set => set.SetProperty(l => l.RemovedAt, Now)));
        Assert.Empty((await storage.Get<Users>().FindRolesAsync(alice))!);
        Assert.Empty(await groups.RolesOfAsync(sales, 10));

        await MarksAsync(storage, [1], () => groups.RevokeRoleAsync(sales, staff, Now));
        Assert.False(await groups.RevokeRoleAsync(sales, staff, Now));

        // And given again instead, it counts again.
        await groups.GrantRoleAsync(sales, staff, Now);
        await storage.AskAsync(db => db.GroupRoles.ExecuteUpdateAsync(set => set.SetProperty(l => l.RemovedAt, Now)));
        Assert.True(await groups.GrantRoleAsync(sales, staff, Now));
        Assert.Equal(["staff"], await storage.Get<Users>().FindRolesAsync(alice));
    }

    /// <summary>What it does marks the tokens with these indexes stale, and no others.</summary>
    private static async Task MarksAsync(TestStorage storage, int[] indexes, Func<Task<bool>> change)
    {
        await storage.AskAsync(db => db.StatusChanges.ExecuteDeleteAsync());
        await change();
        var ranges = await storage.AskAsync(db => db.StatusChanges.AsNoTracking().ToListAsync());
        Assert.All(ranges, range => Assert.Equal((7, StatusValue.Stale), (range.ListId, range.Value)));
        Assert.Equal(indexes, ranges.SelectMany(range => Enumerable.Range(range.First, range.Count)).Distinct().Order());
    }

    /// <summary>A person with a token that lives, of this index.</summary>
    private static async Task<Guid> SignedInAsync(TestStorage storage, string name, int index)
    {
        var id = await UserAsync(storage, name);
        await storage.AskAsync(async db =>
        {
            db.TokenFamilies.Add(TokenFamilies.Row(FamilyOf(id, index)));
            return await db.SaveChangesAsync();
        });
        return id;
    }

    private static async Task<IReadOnlyList<Guid>> SignedInAsync(TestStorage storage, int many)
    {
        var people = Enumerable.Range(1, many).Select(i => (Index: i, Id: Given.NewId())).ToList();
        await storage.AskAsync(async db =>
        {
            db.Users.AddRange(people.Select(person => new User { Id = person.Id, UserName = $"u{person.Index}", NormalizedUserName = $"U{person.Index}", CreatedAt = Now }));
            db.TokenFamilies.AddRange(people.Select(person => TokenFamilies.Row(FamilyOf(person.Id, person.Index))));
            return await db.SaveChangesAsync();
        });
        return [.. people.Select(person => person.Id)];
    }

    private static Protocol.Tokens.TokenFamily FamilyOf(Guid userId, int index) =>
        Given.Family(Given.Session() with { UserId = userId }) with { Statuses = [new(new StatusReference(7, index), Now.AddMinutes(10))] };

    private static async Task<Guid> UserAsync(TestStorage storage, string name)
    {
        var user = new User { Id = Given.NewId(), UserName = name, NormalizedUserName = name.ToUpperInvariant(), CreatedAt = Now };
        using var scope = storage.Scope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<IUserStore<User>>().CreateAsync(user, default)).Succeeded);
        return user.Id;
    }

    private static async Task<Guid> RoleAsync(TestStorage storage, string name, bool requireMfa = false)
    {
        var role = new Role { Id = Given.NewId(), Name = name, NormalizedName = name.ToUpperInvariant(), RequireMfa = requireMfa };
        using var scope = storage.Scope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<IRoleStore<Role>>().CreateAsync(role, default)).Succeeded);
        return role.Id;
    }

    private static async Task<Guid> GroupAsync(TestStorage storage, string name)
    {
        var group = new Group(Given.NewId(), name, Now);
        Assert.True(await storage.Get<Groups>().AddAsync(group));
        return group.GroupId;
    }

    private static Task<int> HaveAsync(TestStorage storage, Guid userId, Guid roleId) => storage.AskAsync(async db =>
    {
        db.UserRoles.Add(new IdentityUserRole<Guid> { UserId = userId, RoleId = roleId });
        return await db.SaveChangesAsync();
    });
}
