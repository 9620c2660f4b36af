using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Upstream : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "ProviderKey",
                table: "UserLogins",
                type: "character varying(255)",
                maxLength: 255,
                nullable: false,
                collation: "C",
                oldClrType: typeof(string),
                oldType: "character varying(128)",
                oldMaxLength: 128,
                oldCollation: "C");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamIssuer",
                table: "Sessions",
                type: "character varying(128)",
                maxLength: 128,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamSessionId",
                table: "Sessions",
                type: "character varying(255)",
                maxLength: 255,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamSubject",
                table: "Sessions",
                type: "character varying(255)",
                maxLength: 255,
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "Upstreams",
                columns: table => new
                {
                    Name = table.Column<string>(type: "character varying(40)", maxLength: 40, nullable: false, collation: "C"),
                    Issuer = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false, collation: "C"),
                    Document = table.Column<string>(type: "jsonb", nullable: false),
                    SealedSecret = table.Column<byte[]>(type: "bytea", maxLength: 600, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Upstreams", x => x.Name);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_UpstreamSessionId",
                table: "Sessions",
                column: "UpstreamSessionId",
                filter: "\"UpstreamIssuer\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_UpstreamSubject",
                table: "Sessions",
                column: "UpstreamSubject",
                filter: "\"UpstreamIssuer\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Upstreams_Issuer",
                table: "Upstreams",
                column: "Issuer",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Upstreams");

            migrationBuilder.DropIndex(
                name: "IX_Sessions_UpstreamSessionId",
                table: "Sessions");

            migrationBuilder.DropIndex(
                name: "IX_Sessions_UpstreamSubject",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "UpstreamIssuer",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "UpstreamSessionId",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "UpstreamSubject",
                table: "Sessions");

            migrationBuilder.AlterColumn<string>(
                name: "ProviderKey",
                table: "UserLogins",
                type: "character varying(128)",
                maxLength: 128,
                nullable: false,
                collation: "C",
                oldClrType: typeof(string),
                oldType: "character varying(255)",
                oldMaxLength: 255,
                oldCollation: "C");
        }
    }
}
