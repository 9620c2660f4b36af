using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
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
                type: "nvarchar(255)",
                maxLength: 255,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(128)",
                oldMaxLength: 128,
                oldCollation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamIssuer",
                table: "Sessions",
                type: "nvarchar(128)",
                maxLength: 128,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamSessionId",
                table: "Sessions",
                type: "nvarchar(255)",
                maxLength: 255,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "UpstreamSubject",
                table: "Sessions",
                type: "nvarchar(255)",
                maxLength: 255,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.CreateTable(
                name: "Upstreams",
                columns: table => new
                {
                    Name = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Issuer = table.Column<string>(type: "nvarchar(128)", maxLength: 128, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Document = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    SealedSecret = table.Column<byte[]>(type: "varbinary(600)", maxLength: 600, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Upstreams", x => x.Name);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_UpstreamSessionId",
                table: "Sessions",
                column: "UpstreamSessionId",
                filter: "[UpstreamIssuer] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_UpstreamSubject",
                table: "Sessions",
                column: "UpstreamSubject",
                filter: "[UpstreamIssuer] IS NOT NULL");

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
                type: "nvarchar(128)",
                maxLength: 128,
                nullable: false,
                collation: "Latin1_General_100_BIN2",
                oldClrType: typeof(string),
                oldType: "nvarchar(255)",
                oldMaxLength: 255,
                oldCollation: "Latin1_General_100_BIN2");
        }
    }
}
