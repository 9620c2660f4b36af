using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Status : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Statuses",
                table: "TokenFamilies",
                type: "nvarchar(4000)",
                maxLength: 4000,
                nullable: false,
                defaultValue: "",
                collation: "Latin1_General_100_BIN2");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "TokensNotBefore",
                table: "Clients",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "StatusBlocks",
                columns: table => new
                {
                    ListId = table.Column<int>(type: "int", nullable: false),
                    First = table.Column<int>(type: "int", nullable: false),
                    Count = table.Column<int>(type: "int", nullable: false),
                    ClientId = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true, collation: "Latin1_General_100_BIN2"),
                    FamilyId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Kid = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false, collation: "Latin1_General_100_BIN2"),
                    LastTokenExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusBlocks", x => new { x.ListId, x.First });
                });

            migrationBuilder.CreateTable(
                name: "StatusChanges",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    ListId = table.Column<int>(type: "int", nullable: false),
                    First = table.Column<int>(type: "int", nullable: false),
                    Count = table.Column<int>(type: "int", nullable: false),
                    Value = table.Column<byte>(type: "tinyint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusChanges", x => new { x.Sequence, x.ListId, x.First });
                });

            migrationBuilder.CreateTable(
                name: "StatusLists",
                columns: table => new
                {
                    ListId = table.Column<int>(type: "int", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    Next = table.Column<int>(type: "int", nullable: false),
                    LastTokenExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_StatusLists", x => x.ListId);
                });

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "status", 1L });

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_ClientId",
                table: "StatusBlocks",
                column: "ClientId");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_FamilyId",
                table: "StatusBlocks",
                column: "FamilyId");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_Kid",
                table: "StatusBlocks",
                column: "Kid");

            migrationBuilder.CreateIndex(
                name: "IX_StatusBlocks_LastTokenExpiresAt",
                table: "StatusBlocks",
                column: "LastTokenExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_StatusChanges_ListId",
                table: "StatusChanges",
                column: "ListId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "StatusBlocks");

            migrationBuilder.DropTable(
                name: "StatusChanges");

            migrationBuilder.DropTable(
                name: "StatusLists");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "status");

            migrationBuilder.DropColumn(
                name: "Statuses",
                table: "TokenFamilies");

            migrationBuilder.DropColumn(
                name: "TokensNotBefore",
                table: "Clients");
        }
    }
}
