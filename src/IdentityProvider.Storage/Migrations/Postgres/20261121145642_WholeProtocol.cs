using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class WholeProtocol : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "TokenFamilies",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Claims",
                table: "Grants",
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: false,
                defaultValue: "",
                collation: "C");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "DocumentFreshUntil",
                table: "Clients",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "LastUsedAt",
                table: "Clients",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "RegisteredAt",
                table: "Clients",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "RegisteredBy",
                table: "Clients",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "RegistrationTokenHash",
                table: "Clients",
                type: "bytea",
                fixedLength: true,
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "AuthorizationCodes",
                type: "jsonb",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AuthorizationDetailsTypes",
                columns: table => new
                {
                    Type = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Document = table.Column<string>(type: "character varying(131072)", maxLength: 131072, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuthorizationDetailsTypes", x => x.Type);
                });

            migrationBuilder.CreateTable(
                name: "DecoupledRequests",
                columns: table => new
                {
                    RequestId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    CodeHash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: false),
                    UserCodeHash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: true),
                    ClientId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    UserId = table.Column<Guid>(type: "uuid", nullable: true),
                    Scope = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false, collation: "C"),
                    Resources = table.Column<string>(type: "character varying(4000)", maxLength: 4000, nullable: false, collation: "C"),
                    Terms = table.Column<string>(type: "jsonb", nullable: true),
                    BindingMessage = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true, collation: "C"),
                    SealedNotificationToken = table.Column<byte[]>(type: "bytea", maxLength: 1200, nullable: true),
                    AcrValues = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    MaxAge = table.Column<int>(type: "integer", nullable: true),
                    Status = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false),
                    DecidedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    AuthTime = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Amr = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Acr = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    Interval = table.Column<int>(type: "integer", nullable: false),
                    PolledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    RedeemedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    FamilyId = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DecoupledRequests", x => x.RequestId);
                });

            migrationBuilder.CreateTable(
                name: "PushedRequests",
                columns: table => new
                {
                    ReferenceHash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: false),
                    ClientId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    Parameters = table.Column<string>(type: "character varying(16384)", maxLength: 16384, nullable: false, collation: "C"),
                    IsSigned = table.Column<bool>(type: "boolean", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    SpentAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PushedRequests", x => x.ReferenceHash);
                });

            migrationBuilder.CreateTable(
                name: "RegistrationPolicies",
                columns: table => new
                {
                    PolicyId = table.Column<Guid>(type: "uuid", nullable: false),
                    TokenHash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: true),
                    Document = table.Column<string>(type: "jsonb", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    RevokedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    MaxClients = table.Column<int>(type: "integer", nullable: false),
                    Clients = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RegistrationPolicies", x => x.PolicyId);
                });

            migrationBuilder.CreateTable(
                name: "SpentIdentifiers",
                columns: table => new
                {
                    Hash = table.Column<byte[]>(type: "bytea", fixedLength: true, maxLength: 32, nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SpentIdentifiers", x => x.Hash);
                });

            migrationBuilder.CreateTable(
                name: "TrustedIssuers",
                columns: table => new
                {
                    Issuer = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false, collation: "C"),
                    Document = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TrustedIssuers", x => x.Issuer);
                });

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "authorization_details_types", 1L });

            migrationBuilder.CreateIndex(
                name: "IX_Clients_LastUsedAt",
                table: "Clients",
                column: "LastUsedAt");

            migrationBuilder.CreateIndex(
                name: "IX_DecoupledRequests_ClientId",
                table: "DecoupledRequests",
                column: "ClientId");

            migrationBuilder.CreateIndex(
                name: "IX_DecoupledRequests_CodeHash",
                table: "DecoupledRequests",
                column: "CodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DecoupledRequests_ExpiresAt",
                table: "DecoupledRequests",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_DecoupledRequests_UserCodeHash",
                table: "DecoupledRequests",
                column: "UserCodeHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_DecoupledRequests_UserId",
                table: "DecoupledRequests",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_PushedRequests_ExpiresAt",
                table: "PushedRequests",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_RegistrationPolicies_CreatedAt",
                table: "RegistrationPolicies",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_RegistrationPolicies_TokenHash",
                table: "RegistrationPolicies",
                column: "TokenHash",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_SpentIdentifiers_ExpiresAt",
                table: "SpentIdentifiers",
                column: "ExpiresAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuthorizationDetailsTypes");

            migrationBuilder.DropTable(
                name: "DecoupledRequests");

            migrationBuilder.DropTable(
                name: "PushedRequests");

            migrationBuilder.DropTable(
                name: "RegistrationPolicies");

            migrationBuilder.DropTable(
                name: "SpentIdentifiers");

            migrationBuilder.DropTable(
                name: "TrustedIssuers");

            migrationBuilder.DropIndex(
                name: "IX_Clients_LastUsedAt",
                table: "Clients");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "authorization_details_types");

            migrationBuilder.DropColumn(
                name: "Terms",
                table: "TokenFamilies");

            migrationBuilder.DropColumn(
                name: "Claims",
                table: "Grants");

            migrationBuilder.DropColumn(
                name: "DocumentFreshUntil",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "LastUsedAt",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "RegisteredAt",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "RegisteredBy",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "RegistrationTokenHash",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "Terms",
                table: "AuthorizationCodes");
        }
    }
}
