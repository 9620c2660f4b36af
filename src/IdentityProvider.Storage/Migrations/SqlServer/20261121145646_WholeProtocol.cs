using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
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
                type: "nvarchar(max)",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Claims",
                table: "Grants",
                type: "nvarchar(4000)",
                maxLength: 4000,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "DocumentFreshUntil",
                table: "Clients",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "LastUsedAt",
                table: "Clients",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "RegisteredAt",
                table: "Clients",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "RegisteredBy",
                table: "Clients",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "RegistrationTokenHash",
                table: "Clients",
                type: "binary(32)",
                fixedLength: true,
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "AuthorizationCodes",
                type: "nvarchar(max)",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "AuthorizationDetailsTypes",
                columns: table => new
                {
                    Type = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Document = table.Column<string>(type: "nvarchar(max)", maxLength: 131072, nullable: false, collation: "Latin1_General_100_BIN2")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuthorizationDetailsTypes", x => x.Type);
                });

            migrationBuilder.CreateTable(
                name: "DecoupledRequests",
                columns: table => new
                {
                    RequestId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    CodeHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    UserCodeHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: true),
                    ClientId = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    UserId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Scope = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Resources = table.Column<string>(type: "nvarchar(4000)", maxLength: 4000, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Terms = table.Column<string>(type: "nvarchar(max)", nullable: true),
                    BindingMessage = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true, collation: "Latin1_General_100_BIN2"),
                    SealedNotificationToken = table.Column<byte[]>(type: "varbinary(1200)", maxLength: 1200, nullable: true),
                    AcrValues = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_100_BIN2"),
                    MaxAge = table.Column<int>(type: "int", nullable: true),
                    Status = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false),
                    DecidedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    AuthTime = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Amr = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Acr = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_100_BIN2"),
                    Interval = table.Column<int>(type: "int", nullable: false),
                    PolledAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    RedeemedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    FamilyId = table.Column<Guid>(type: "uniqueidentifier", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DecoupledRequests", x => x.RequestId);
                });

            migrationBuilder.CreateTable(
                name: "PushedRequests",
                columns: table => new
                {
                    ReferenceHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    ClientId = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Parameters = table.Column<string>(type: "nvarchar(max)", maxLength: 16384, nullable: false, collation: "Latin1_General_100_BIN2"),
                    IsSigned = table.Column<bool>(type: "bit", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    SpentAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PushedRequests", x => x.ReferenceHash);
                });

            migrationBuilder.CreateTable(
                name: "RegistrationPolicies",
                columns: table => new
                {
                    PolicyId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    TokenHash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: true),
                    Document = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    RevokedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    MaxClients = table.Column<int>(type: "int", nullable: false),
                    Clients = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RegistrationPolicies", x => x.PolicyId);
                });

            migrationBuilder.CreateTable(
                name: "SpentIdentifiers",
                columns: table => new
                {
                    Hash = table.Column<byte[]>(type: "binary(32)", fixedLength: true, maxLength: 32, nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SpentIdentifiers", x => x.Hash);
                });

            migrationBuilder.CreateTable(
                name: "TrustedIssuers",
                columns: table => new
                {
                    Issuer = table.Column<string>(type: "nvarchar(128)", maxLength: 128, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Document = table.Column<string>(type: "nvarchar(max)", nullable: false)
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
                unique: true,
                filter: "[UserCodeHash] IS NOT NULL");

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
                unique: true,
                filter: "[TokenHash] IS NOT NULL");

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
