using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Registration : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.CreateIndex(
                name: "IX_Clients_LastUsedAt",
                table: "Clients",
                column: "LastUsedAt");

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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RegistrationPolicies");

            migrationBuilder.DropIndex(
                name: "IX_Clients_LastUsedAt",
                table: "Clients");

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
        }
    }
}
