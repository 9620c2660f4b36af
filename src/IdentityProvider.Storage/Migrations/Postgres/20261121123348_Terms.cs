using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Terms : Migration
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
                name: "Terms",
                table: "AuthorizationCodes",
                type: "jsonb",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Terms",
                table: "TokenFamilies");

            migrationBuilder.DropColumn(
                name: "Terms",
                table: "AuthorizationCodes");
        }
    }
}
