using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SearchNames : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "NormalizedFamilyName",
                table: "Users",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Users",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Resources",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Clients",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: true,
                collation: "Latin1_General_100_BIN2");

            // What is there already is found from now on: as the database itself writes letters in capitals, until it is written the next time.
            migrationBuilder.Sql(
                """
                UPDATE [Clients] SET [NormalizedName] = NULLIF(LEFT(UPPER(JSON_VALUE([Document], '$.client_name')), 100), '');
                UPDATE [Resources] SET [NormalizedName] = NULLIF(LEFT(UPPER(JSON_VALUE([Document], '$.name')), 100), '');
                UPDATE [Users] SET [NormalizedFamilyName] = NULLIF(LEFT(UPPER(JSON_VALUE([Claims], '$.family_name')), 100), ''),
                  [NormalizedName] = NULLIF(LEFT(UPPER(COALESCE(JSON_VALUE([Claims], '$.name'), CONCAT_WS(' ', JSON_VALUE([Claims], '$.given_name'), JSON_VALUE([Claims], '$.family_name')))), 100), '');
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Users_NormalizedFamilyName",
                table: "Users",
                column: "NormalizedFamilyName");

            migrationBuilder.CreateIndex(
                name: "IX_Users_NormalizedName",
                table: "Users",
                column: "NormalizedName");

            migrationBuilder.CreateIndex(
                name: "IX_Resources_NormalizedName",
                table: "Resources",
                column: "NormalizedName");

            migrationBuilder.CreateIndex(
                name: "IX_Clients_NormalizedName",
                table: "Clients",
                column: "NormalizedName");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Users_NormalizedFamilyName",
                table: "Users");

            migrationBuilder.DropIndex(
                name: "IX_Users_NormalizedName",
                table: "Users");

            migrationBuilder.DropIndex(
                name: "IX_Resources_NormalizedName",
                table: "Resources");

            migrationBuilder.DropIndex(
                name: "IX_Clients_NormalizedName",
                table: "Clients");

            migrationBuilder.DropColumn(
                name: "NormalizedFamilyName",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "NormalizedName",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "NormalizedName",
                table: "Resources");

            migrationBuilder.DropColumn(
                name: "NormalizedName",
                table: "Clients");
        }
    }
}
