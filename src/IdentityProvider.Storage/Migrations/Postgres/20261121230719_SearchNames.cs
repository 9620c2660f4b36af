using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
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
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Users",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Resources",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<string>(
                name: "NormalizedName",
                table: "Clients",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                collation: "C");

            // What is there already is found from now on: as the database itself writes letters in capitals, until it is written the next time.
            migrationBuilder.Sql(
                """
                UPDATE "Clients" SET "NormalizedName" = nullif(left(upper("Document"->>'client_name'), 100), '');
                UPDATE "Resources" SET "NormalizedName" = nullif(left(upper("Document"->>'name'), 100), '');
                UPDATE "Users" SET "NormalizedFamilyName" = nullif(left(upper("Claims"->>'family_name'), 100), ''),
                  "NormalizedName" = nullif(left(upper(coalesce("Claims"->>'name', concat_ws(' ', "Claims"->>'given_name', "Claims"->>'family_name'))), 100), '')
                WHERE "Claims" ?| ARRAY['name', 'given_name', 'family_name'];
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
