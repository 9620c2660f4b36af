using IdentityProvider.Protocol.Admin;
using Xunit;

namespace IdentityProvider.Protocol.Tests.Admin;

public sealed class AdminRulesTests
{
    private static readonly ScopeSet Everything = ScopeSet.Of([AdminApi.WriteAll]);

    /// <summary>The whole matrix, spelt out: area, and whether an admin, an operator and an auditor may read and write it.</summary>
    public static TheoryData<AdminArea, string, string> Matrix => new()
    {
        { AdminArea.Clients, "admin operator auditor", "admin operator" },
        { AdminArea.Resources, "admin operator auditor", "admin operator" },
        { AdminArea.Scopes, "admin operator auditor", "admin operator" },
        { AdminArea.Users, "admin operator auditor", "admin operator" },
        { AdminArea.Roles, "admin operator auditor", "admin" },
        { AdminArea.Groups, "admin operator auditor", "admin operator" },
        { AdminArea.Sessions, "admin operator auditor", "admin operator" },
        { AdminArea.Families, "admin operator auditor", "admin operator" },
        { AdminArea.Grants, "admin operator auditor", "admin operator" },
        { AdminArea.Keys, "admin operator auditor", "admin" },
        { AdminArea.Audit, "admin operator auditor", "admin" },
        { AdminArea.Outbox, "admin operator auditor", "admin operator" },
        { AdminArea.Settings, "admin operator auditor", "admin" },
        { AdminArea.Registration, "admin operator auditor", "admin operator" },
        { AdminArea.Upstreams, "admin operator auditor", "admin operator" },
        { AdminArea.Signals, "admin operator auditor", "admin operator" },
        { AdminArea.Configuration, "admin operator auditor", "admin operator" },
        { AdminArea.Search, "admin operator auditor", "admin operator" },
    };

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_role_opens_what_the_table_says(AdminArea area, string readers, string writers)
    {
        Assert.Equal(readers.Split(' '), AdminRules.Roles.Where(role => AdminAuthority.OfPerson(Everything, [role]).Refuse(area, writes: false) is null));
        Assert.Equal(writers.Split(' '), AdminRules.Roles.Where(role => AdminAuthority.OfPerson(Everything, [role]).Refuse(area, writes: true) is null));
    }

    [Fact]
    public void The_matrix_has_every_area() => Assert.Equal(Enum.GetValues<AdminArea>(), Matrix.Select(row => row.Data.Item1));

    [Theory]
    [MemberData(nameof(Matrix))]
    public void A_scope_opens_its_own_area_and_no_other(AdminArea area, string readers, string writers)
    {
        Assert.NotEmpty(readers + writers);
        foreach (var asked in Enum.GetValues<AdminArea>())
        {
            var reads = AdminAuthority.OfClient(ScopeSet.Of([AdminApi.ScopeOf(area, writes: false)]));
            var writes = AdminAuthority.OfClient(ScopeSet.Of([AdminApi.ScopeOf(area, writes: true)]));
            Assert.Equal(area == asked ? null : Refusal.AdminScopeInsufficient, reads.Refuse(asked, writes: false));
            Assert.Equal(Refusal.AdminScopeInsufficient, reads.Refuse(asked, writes: true));
            Assert.Equal(area == asked ? null : Refusal.AdminScopeInsufficient, writes.Refuse(asked, writes: false));
            Assert.Equal(area == asked ? null : Refusal.AdminScopeInsufficient, writes.Refuse(asked, writes: true));
            Assert.Null(AdminAuthority.OfClient(ScopeSet.Of([AdminApi.ReadAll])).Refuse(asked, writes: false));
            Assert.Equal(Refusal.AdminScopeInsufficient, AdminAuthority.OfClient(ScopeSet.Of([AdminApi.ReadAll])).Refuse(asked, writes: true));
        }
    }

    [Fact]
    public void A_person_is_bound_by_both_role_and_scope()
    {
        var operatorsReading = AdminAuthority.OfPerson(ScopeSet.Of([AdminApi.ReadAll]), ["operator"]);
        Assert.Null(operatorsReading.Refuse(AdminArea.Clients, writes: false));
        Assert.Equal(Refusal.AdminScopeInsufficient, operatorsReading.Refuse(AdminArea.Clients, writes: true));
        Assert.Equal(Refusal.AdminRoleInsufficient, AdminAuthority.OfPerson(Everything, ["auditor"]).Refuse(AdminArea.Clients, writes: true));
        Assert.Equal(Refusal.AdminRoleInsufficient, AdminAuthority.OfPerson(Everything, ["staff"]).Refuse(AdminArea.Clients, writes: false));
        Assert.Equal(Refusal.AdminRoleInsufficient, AdminAuthority.None.Refuse(AdminArea.Clients, writes: false));
        Assert.Null(AdminAuthority.OfPerson(Everything, ["Admin"]).Refuse(AdminArea.Keys, writes: true));
    }

    [Fact]
    public void Only_who_may_change_everything_reaches_what_could_become_anything()
    {
        Assert.True(AdminAuthority.Full.IsFull);
        Assert.True(AdminAuthority.OfPerson(Everything, ["auditor", "admin"]).IsFull);
        Assert.True(AdminAuthority.OfClient(Everything).IsFull);
        Assert.False(AdminAuthority.OfPerson(Everything, ["operator", "auditor"]).IsFull);
        Assert.False(AdminAuthority.OfPerson(ScopeSet.Of([AdminApi.ScopeOf(AdminArea.Users, writes: true), AdminApi.ReadAll]), ["admin"]).IsFull);
        Assert.False(AdminAuthority.OfClient(ScopeSet.Of([AdminApi.ScopeOf(AdminArea.Roles, writes: true)])).IsFull);
        Assert.False(AdminAuthority.None.IsFull);
        Assert.All(["admin", "Operator", "AUDITOR"], role => Assert.True(AdminRules.IsPrivileged(role)));
        Assert.False(AdminRules.IsPrivileged("administrator"));
        Assert.False(AdminRules.Allows("staff", AdminArea.Clients, writes: false));
    }

    [Fact]
    public void The_built_in_resource_has_a_scope_for_each_area_and_for_all()
    {
        var resource = AdminApi.Of(Given.Issuer);
        Assert.Equal("https://issuer.example/api/admin/v1", resource.Identifier);
        Assert.True(ScopeSet.Of(["idp.read", "idp.write", "idp.read:audit", "idp.write:clients"]).IsSubsetOf(resource.ScopeNames));
        Assert.DoesNotContain("idp.write:settings", resource.ScopeNames);
        Assert.All(resource.Scopes, scope => Assert.NotNull(scope.Description));
        Assert.True(AdminApi.IsIdentifier("https://issuer.example/API/admin/v1/", Given.Issuer));
        Assert.False(AdminApi.IsIdentifier("https://issuer.example/api/admin/v2", Given.Issuer));
    }
}
