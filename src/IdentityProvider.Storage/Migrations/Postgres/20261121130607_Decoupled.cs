using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Decoupled : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DecoupledRequests");

            migrationBuilder.DropTable(
                name: "TrustedIssuers");
        }
    }
}
