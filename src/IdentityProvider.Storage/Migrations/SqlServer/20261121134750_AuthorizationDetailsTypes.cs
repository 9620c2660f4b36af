using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class AuthorizationDetailsTypes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
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

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "authorization_details_types", 1L });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuthorizationDetailsTypes");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "authorization_details_types");
        }
    }
}
